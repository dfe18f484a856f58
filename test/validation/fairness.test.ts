import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import { type ReplaySpec, run } from '../lab/simulate/replay-rig.ts';

/**
 * The most that a worker may get over the mean. By chance alone, which deviates by 4.2 % from the
 * mean of 500 requests, the busiest of 8 gets some 1.06 times the mean, in one of a hundred runs
 * more than 1.13. A ring of 160 points a worker has shares that deviate by 8 %, so that chance and
 * ring together deviate by 9 %, and by three times that where these bound it.
 */
const BY_LOAD = 1.15;
const BY_HASH = 1.3;
const MAX_OVER_MEAN: Partial<Record<PolicyName, number>> = {
  'prefix-hash': BY_HASH,
};

const WORKERS = 8;

/** Caches of 512 blocks of 16 tokens, which a few tens of these prompts fill. */
const FULL: ReplaySpec = {
  workload: 'lengths',
  parameters: { requests: 4000, qps: 40, inputTokens: 400, outputTokens: 20 },
  workers: WORKERS,
  kvBlocks: 512,
};

for (const policy of POLICY_NAMES) {
  const bound = MAX_OVER_MEAN[policy] ?? BY_LOAD;
  for (const [load, rate] of [
    ['idle', 0.01],
    ['busy', 1],
  ] as const) {
    test(`${policy}: ${load} workers with full caches get at most ${bound} times the mean`, () => {
      const { workers, requests } = run({ ...FULL, policy, rate });
      assert.equal(requests.finished, 4000);
      for (const { evictedBlocks } of workers) assert.ok(evictedBlocks > 1000, 'caches are full');
      const most = Math.max(...workers.map((worker) => worker.requests));
      const ratio = most / (4000 / WORKERS);
      assert.ok(ratio <= bound, `${ratio} times the mean`);
    });
  }
}
