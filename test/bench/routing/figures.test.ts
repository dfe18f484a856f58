import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf, type Run } from '../../../bench/routing/figures.ts';
import { configOf } from '../../../bench/routing/row.ts';
import { TRAFFIC, TrafficReader } from '../../../bench/routing/traffic.ts';
import { replay } from '../../../lab/simulate/replay.ts';

const [traffic] = TRAFFIC.filter(({ name }) => name === 'lengths').map((each) => ({
  ...each,
  set: { requests: 500 },
}));

async function runs(qps: number, seeds: readonly number[]): Promise<Run[]> {
  assert.ok(traffic);
  const trace = await new TrafficReader('').open(traffic, 8);
  const row = {
    traffic,
    workers: 8,
    cache: 'scarce',
    arrivals: { unit: 'qps', value: qps },
  } as const;
  return seeds.map((seed) => {
    const { result, records } = replay(configOf(row, trace, 'round-robin', seed), {
      records: true,
    });
    assert.ok(records);
    return { result, records };
  });
}

test('the figures of one replay are those of its result', async () => {
  const [run] = await runs(70, [1]);
  assert.ok(run);
  const { goodShare, ttftP50Ms, ttftP90Ms, hitRate } = figuresOf([run]);
  const { result } = run;
  assert.ok(goodShare > 0 && goodShare < 1, 'some are good, and some are not');
  assert.equal(goodShare, result.goodShare);
  assert.equal(hitRate, result.cache.tokenHitRate);
  const { p50, p90 } = result.latencies.ttftMs;
  assert.ok(Math.abs(ttftP50Ms / (p50 ?? 0) - 1) < 0.01, `${ttftP50Ms} ${p50}`);
  assert.ok(Math.abs(ttftP90Ms / (p90 ?? 0) - 1) < 0.01, `${ttftP90Ms} ${p90}`);
});

test('figures of several seeds are of all their requests, and resamples lie around them', async () => {
  const all = await runs(70, [1, 2, 3]);
  const { goodShare, ttftP90Ms, resampled } = figuresOf(all);
  const mean = all.reduce((sum, { result }) => sum + result.goodShare, 0) / all.length;
  assert.ok(Math.abs(goodShare - mean) < 1e-9);
  for (const [figure, values] of [
    [goodShare, resampled.goodShare],
    [ttftP90Ms, resampled.ttftP90Ms],
  ] as const) {
    assert.ok(Math.min(...values) < figure && figure < Math.max(...values), `${figure}`);
  }
});
