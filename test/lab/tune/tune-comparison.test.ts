import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LabCell } from '../../../lab/experiment/lab-document.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import { compare } from '../../../lab/tune/tune-comparison.ts';
import { CELL_SETTINGS } from '../experiment/cell-settings.ts';
import { replayConfig } from '../simulate/replay-rig.ts';

const { result } = replay(replayConfig({ workload: 'lengths', parameters: { requests: 600 } }));
const { windows } = result;

/** A replay whose windows have so many good requests, and took so long to the first tokens. */
function cellOf(good: (at: number) => number, ttft: (at: number) => number, seed = 1): LabCell {
  return {
    settings: { ...CELL_SETTINGS, seed },
    result: {
      ...result,
      windows: {
        ...windows,
        good: windows.in.map((_, at) => good(at)),
        ttftMs: windows.in.map((count, at) => count * ttft(at)),
      },
    },
    bound: undefined,
    wallSeconds: 1,
    isFirstOfThread: false,
  };
}

function verdictOf(chosen: LabCell, other: LabCell): string {
  return compare('other', [chosen], [other]).verdict;
}

const even = cellOf(
  () => 5,
  () => 100,
);

test('nothing differs from itself', () => {
  assert.equal(verdictOf(even, even), 'no difference');
});

test('more good requests are better, whatever the time to first token', () => {
  const more = cellOf(
    () => 6,
    () => 200,
  );
  assert.equal(verdictOf(more, even), 'better');
  assert.equal(verdictOf(even, more), 'worse');
});

test('where as many are good, the time to first token tells them apart', () => {
  const faster = cellOf(
    () => 5,
    () => 90,
  );
  assert.equal(verdictOf(faster, even), 'better');
  assert.equal(verdictOf(even, faster), 'worse');
});

test('what goes either way is no difference, and neither is what is too small to matter', () => {
  const uncertain = cellOf(
    (at) => (at % 2 === 0 ? 7 : 3),
    (at) => (Math.floor(at / 6) % 2 === 0 ? 140 : 70),
  );
  assert.equal(verdictOf(uncertain, even), 'no difference');
  const slight = cellOf(
    () => 5,
    () => 99.5,
  );
  assert.equal(verdictOf(slight, even), 'no difference');
});

test('replays are paired by their seeds', () => {
  const low = cellOf(
    () => 1,
    () => 100,
    2,
  );
  const { difference } = compare('other', [even, low], [low, even]);
  assert.equal(difference.goodShare, 0);
  assert.deepEqual(difference.goodInterval, { low: 0, high: 0 });
});
