import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLab } from './lab-rig.ts';

test('the capacity of more workers is higher, and lies between a rate that passed and one that failed', async () => {
  const { code, out, error, files } = await runLab(
    'capacity --workload lengths --set requests=150 --set cv=0 --policies round-robin ' +
      '--workers 1,2 --profile linear:0:100:10 --slo ttft=1s --precision 10 --seeds 1-3 --out x',
  );
  assert.equal(error, '');
  assert.equal(code, 0);
  assert.match(out, /^policy +workers +requests\/s +per worker/m);
  const { capacities } = JSON.parse(files.get('x/capacity.json') ?? '');
  assert.equal(capacities.length, 2 * 3);
  const of = (workers: number): number[] =>
    capacities
      .filter(({ settings }: { settings: { workers: number } }) => settings.workers === workers)
      .map(({ requestsPerSecond }: { requestsPerSecond: number }) => requestsPerSecond);
  assert.ok(Math.min(...of(2)) > Math.max(...of(1)), `${of(2)} on two, ${of(1)} on one`);
  for (const { requestsPerSecond, probes } of capacities) {
    const failed = probes
      .filter(({ goodShare }: { goodShare: number }) => goodShare < 0.95)
      .map((probe: (typeof probes)[0]) => probe.requestsPerSecond);
    assert.ok(Math.min(...failed) > requestsPerSecond);
    assert.ok(Math.min(...failed) <= requestsPerSecond * 1.1);
  }
});
