import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StepClock } from '../../../engine/router/step-clock.ts';
import { emptyLoad, type LoadReport } from '../../../shared/protocol.ts';

function step(prefillTokens: number, lengthUs: number, leftUs = lengthUs): LoadReport {
  const all = { stepPrefillTokens: prefillTokens, stepLengthUs: lengthUs, stepLeftUs: leftUs };
  return { ...emptyLoad(), ...all };
}

describe('the clock of steps', () => {
  test('says what is left of the step that a worker has told of, and what is in it', () => {
    const clock = new StepClock(2);
    clock.report(1, step(700, 5000, 4000), 1000);
    assert.deepEqual([clock.leftUs(1, 1000), clock.leftUs(1, 3500)], [4000, 1500]);
    assert.equal(clock.begunTokens(1, 3500), 700);
    assert.deepEqual([clock.leftUs(0, 3500), clock.begunTokens(0, 3500)], [0, 0]);
  });

  test('goes on where steps that only decode follow each other untold, and not after a prefill', () => {
    const clock = new StepClock(2);
    clock.report(0, step(0, 100, 40), 1000);
    const at = [1040, 1041, 1139, 1140, 1241];
    assert.deepEqual(
      at.map((us) => clock.leftUs(0, us)),
      [0, 99, 1, 0, 99],
    );
    clock.report(1, step(50, 100, 40), 1000);
    assert.deepEqual([clock.leftUs(1, 1039), clock.leftUs(1, 1041)], [1, 0]);
  });

  test('begins a step on an idle worker with all that is placed there at once, and nothing later', () => {
    const clock = new StepClock(1);
    assert.equal(clock.place(0, 300, 1000), 300);
    clock.expectEnd(0, 5000);
    assert.deepEqual([clock.leftUs(0, 1000), clock.begunTokens(0, 1000)], [0, 0]);
    assert.equal(clock.place(0, 200, 1000), 500);
    clock.expectEnd(0, 6000);
    assert.deepEqual([clock.leftUs(0, 1001), clock.begunTokens(0, 1001)], [4999, 500]);
    assert.equal(clock.place(0, 100, 1001), 0);
    assert.equal(clock.begunTokens(0, 1002), 500);
  });

  test('is corrected by the next report, and forgets a worker that crashed', () => {
    const clock = new StepClock(1);
    clock.place(0, 300, 1000);
    clock.expectEnd(0, 9000);
    clock.report(0, step(20, 500), 2000);
    assert.deepEqual([clock.leftUs(0, 2000), clock.begunTokens(0, 2000)], [500, 20]);
    clock.forget(0);
    assert.deepEqual([clock.leftUs(0, 2000), clock.begunTokens(0, 2000)], [0, 0]);
  });
});
