import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnsweredSource } from '../../../lab/traces/answered-source.ts';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { arrivalsOf, sessionsOf } from './requests.ts';

const SPEC = {
  workload: 'agentic',
  parameters: { requests: 500, qps: 50, turns: 5 },
  seed: 11,
};

test('every turn of every session comes once, in order of arrival, waiting for nothing', () => {
  const turns = arrivalsOf(new AnsweredSource(createWorkload(SPEC)));
  const expected = sessionsOf(createWorkload(SPEC), 0)
    .flat()
    .map((turn) => ({ ...turn, turnsAfter: 0 }))
    .sort((a, b) => a.arrivalUs - b.arrivalUs || a.session - b.session);
  assert.equal(turns.length, 500);
  assert.deepEqual(turns, expected);
});
