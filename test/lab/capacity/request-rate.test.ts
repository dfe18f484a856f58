import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalRate, middleRate, servedRate } from '../../../lab/capacity/request-rate.ts';
import type { Series } from '../../../lab/measure/replay-result.ts';
import { run } from '../simulate/replay-rig.ts';

function seriesOf(arrivals: readonly number[], bucketSeconds: number): Series {
  const perWorker = { running: [], waiting: [], mostWaiting: [], kvUse: [] };
  return { bucketSeconds, arrivals, ...perWorker, queueMost: [], tokenHitRate: [] };
}

test('evenly spread requests have one rate, in the middle as well', () => {
  assert.equal(middleRate(seriesOf([40, 40, 40, 40, 40], 2)), 20);
  const result = run({ workload: 'lengths', parameters: { requests: 400, qps: 10, cv: 0 } });
  assert.ok(Math.abs(arrivalRate(result) - 10) < 0.1);
  assert.ok(Math.abs(middleRate(result.series) - 10) < 0.1);
  assert.ok(servedRate(result) < arrivalRate(result), 'the last answer ends after it has come');
});

test('the middle is not thinned by a few that come long before or after', () => {
  const crowd = Array.from({ length: 10 }, () => 100);
  const thin = Array.from({ length: 50 }, () => 1);
  const rate = middleRate(seriesOf([...thin, ...crowd, ...thin], 1));
  assert.ok(Math.abs(rate - 100) < 1e-6, `${rate}`);
});

test('no requests have no rate', () => {
  assert.equal(middleRate(seriesOf([], 1)), 0);
});
