import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabCell } from '../../../lab/experiment/lab-document.ts';
import type { LabTrace } from '../../../lab/experiment/lab-trace.ts';
import { replayNotes, shareOfBound } from '../../../lab/experiment/replay-notes.ts';
import type { HitBound } from '../../../lab/measure/hit-bound.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import { replayConfig } from '../simulate/replay-rig.ts';
import { CELL_SETTINGS } from './cell-settings.ts';

const { result: spreadResult } = replay(
  replayConfig({ workload: 'shared-prefix', parameters: { requests: 1000, qps: 10, cv: 0 } }),
);
/** Without a spread, which has a note of its own. */
const result = { ...spreadResult, spread: null };
const HIT_RATE = result.cache.tokenHitRate!;

const TRACE: LabTrace = {
  name: 'test',
  notes: [],
  description: {},
  requests: 1000,
  isGenerated: true,
  quantum: undefined,
  hasWaitingTurns: true,
  blockSize: 16,
  arrivals: { unit: 'speed-up', value: 1 },
  sweep: [],
  shape: () => assert.fail('nothing is read'),
  ownRate: () => 10,
  open: () => assert.fail('nothing is replayed'),
};

function cell(bound: HitBound | undefined, qps = 10): LabCell {
  return {
    settings: { ...CELL_SETTINGS, arrivals: { unit: 'qps', value: qps } },
    result,
    bound,
    wallSeconds: 1,
    isFirstOfThread: false,
  };
}

function boundOf(tokenHitRate: number): HitBound {
  return { tokenHitRate, blockHitRate: tokenHitRate };
}

test('there is nothing to say where all is as it was asked for', () => {
  const ordinary = cell(boundOf(HIT_RATE));
  assert.equal(shareOfBound(ordinary), 1);
  assert.deepEqual(replayNotes([ordinary], TRACE), []);
});

test('few requests and what stands behind ± are pointed out', () => {
  const bound = boundOf(HIT_RATE);
  const few = { ...spreadResult, requests: { ...result.requests, in: 540 } };
  assert.deepEqual(
    replayNotes([{ ...cell(bound), result: few }], TRACE).map((note) => note.slice(0, 30)),
    ['Only 540 requests were measured', '±: half of the 95 % interval t'].map((note) =>
      note.slice(0, 30),
    ),
  );
});

test('no share of a bound is over 1, and its absence has a reason', () => {
  const exceeded = cell(boundOf(HIT_RATE / 2));
  const unknown = cell(undefined);
  assert.deepEqual([exceeded, unknown].map(shareOfBound), [null, null]);
  assert.deepEqual(
    replayNotes([exceeded, unknown], TRACE).map((note) => note.slice(0, 20)),
    ['of max is - where re', 'of max is - where th'],
  );
});

test('each rate that was asked for and missed is named with those that came', () => {
  const bound = boundOf(HIT_RATE);
  const cells = [cell(bound, 10), cell(bound, 20), cell(bound, 30)];
  const notes = replayNotes(cells, { ...TRACE, isGenerated: false });
  assert.equal(notes.length, 2);
  assert.match(
    notes[0] ?? '',
    /^Requests came at 10\.\d a second where 20\.0 were asked for: the turns/,
  );
  assert.deepEqual(replayNotes(cells, { ...TRACE, hasWaitingTurns: false }), []);
  assert.match(notes[1] ?? '', /where 30\.0 were asked for.* More requests come closer to it\.$/);
});

test('session is said to go by load where no request names a session', () => {
  const bound = boundOf(HIT_RATE);
  const bySession = cell(bound);
  const cells = [
    { ...bySession, settings: { ...bySession.settings, policy: 'session' as const } },
    cell(bound),
  ];
  const notesOf = (hasSessions: boolean): string[] => {
    const shape = {
      requests: 1000,
      seconds: 100,
      requestsPerSecond: 10,
      promptTokens: 1,
      outputTokens: 1,
      hasSessions,
    };
    return replayNotes(cells, { ...TRACE, shape: () => shape });
  };
  assert.deepEqual(notesOf(true), []);
  assert.deepEqual(notesOf(false), [
    'No request names a session: session places them as least-loaded does.',
  ]);
});
