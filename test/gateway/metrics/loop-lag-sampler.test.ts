import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LoopLagSampler } from '../../../gateway/metrics/loop-lag-sampler.ts';
import { Punctuality } from '../../../gateway/metrics/punctuality.ts';

/** A sampler on its own clock: `turn` is a turn of an event loop that comes `lateMs` late. */
function sampled(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowUs = 5_000;
  const punctuality = new Punctuality(10e6, nowUs);
  const sampler = new LoopLagSampler(punctuality, () => nowUs);
  const turn = (ms: number, lateMs = 0) => {
    nowUs += (ms + lateMs) * 1000;
    t.mock.timers.tick(ms);
  };
  return { sampler, turn, lags: () => punctuality.loopLagUs.window().stats(nowUs) };
}

test('a loop that is in time has no lag, twenty looks a second', (t) => {
  const { sampler, turn, lags } = sampled(t);
  sampler.start();
  for (let look = 0; look < 20; look++) turn(50);
  assert.deepEqual([lags().count, lags().max], [20, 0]);
  sampler.stop();
});

test('a pause makes every look late that was due in it', (t) => {
  const { sampler, turn, lags } = sampled(t);
  sampler.start();
  turn(50, 120);
  // Due at 50, 100 and 150 ms, all seen at 170 ms.
  assert.deepEqual([lags().count, lags().min, lags().max], [3, 20_000, 120_000]);
  assert.equal(lags().avg, 70_000);
  sampler.stop();
});

test('after a pause the next look is due on the same grid', (t) => {
  const { sampler, turn, lags } = sampled(t);
  sampler.start();
  turn(50, 20);
  turn(30);
  assert.deepEqual([lags().count, lags().min], [2, 0]);
  sampler.stop();
});

test('a process that was stopped for long records the last ten seconds of it', (t) => {
  const { sampler, turn, lags } = sampled(t);
  sampler.start();
  turn(50, 3_600_000);
  assert.equal(lags().count, 201);
  assert.equal(lags().max, 10_000_000);
  sampler.stop();
});

test('a stopped sampler looks no more', (t) => {
  const { sampler, turn, lags } = sampled(t);
  sampler.start();
  sampler.stop();
  turn(500);
  assert.equal(lags().count, 0);
});
