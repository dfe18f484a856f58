import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlicedWork } from '../../../gateway/prompt/sliced-work.ts';
import { type Steps, takeSteps, takeStepsInTurns } from '../../../gateway/prompt/steps.ts';

function* counted(steps: number, taken: () => void = () => {}): Steps<number> {
  for (let step = 0; step < steps; step++) {
    taken();
    yield;
  }
  return steps;
}

test('steps are taken to their result', () => {
  assert.equal(takeSteps(counted(0)), 0);
  assert.equal(takeSteps(counted(500)), 500);
});

test('in turns there are some in each turn of the event loop', async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  count();
  assert.equal(await takeStepsInTurns(counted(1000), new SlicedWork(), () => true), 1000);
  isDone = true;
  assert.ok(turns > 10);
});

test('steps that nobody waits for any more are not taken', async () => {
  let taken = 0;
  const steps = counted(1000, () => taken++);
  const result = await takeStepsInTurns(steps, new SlicedWork(), () => taken < 100);
  assert.equal(result, undefined);
  assert.ok(taken < 300);
});
