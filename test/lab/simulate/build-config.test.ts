import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildConfig, KV_TOKENS, ROUTER, WORKER } from '../../../lab/simulate/build-config.ts';

const MEASURED = {
  trace: { kind: 'workload', spec: { workload: 'lengths', parameters: {}, seed: 1 } },
  window: { rate: 1, limit: 10, warmupRequests: 0, prefillOnly: false },
  serviceLevel: { ttftUs: 1, itlUs: 1, e2eUs: 1 },
} as const;

test('what is not said is that of the default router and worker', () => {
  const { router, worker, ...rest } = buildConfig(MEASURED, 1, []);
  assert.deepEqual(router, {
    ...ROUTER,
    blocksPerWorker: WORKER.numBlocks,
    latency: WORKER.latency,
    maxNumSeqs: WORKER.maxNumSeqs,
    maxNumBatchedTokens: WORKER.maxNumBatchedTokens,
    indexCapBlocks: 2 * ROUTER.workers * WORKER.numBlocks,
  });
  assert.deepEqual(worker, WORKER);
  assert.deepEqual(rest, {
    ...MEASURED,
    stalenessUs: 0,
    remoteFetch: undefined,
    policyModule: undefined,
    seed: 1,
  });
});

test('router and workers agree on the tokens of a block, and the cache is as large in tokens', () => {
  const { router, worker } = buildConfig(MEASURED, 7, [{ blockSize: 64 }]);
  assert.deepEqual([router.blockSize, worker.blockSize], [64, 64]);
  assert.equal(worker.numBlocks, Math.ceil(KV_TOKENS / 64));
  assert.equal(router.seed, 7);
});

test('later changes win, and keep what they do not name', () => {
  const { router, worker } = buildConfig(MEASURED, 1, [
    { worker: { maxNumSeqs: 1, maxWaiting: 2 } },
    { worker: { maxNumSeqs: 3 } },
  ]);
  assert.deepEqual([worker.maxNumSeqs, worker.maxWaiting], [3, 2]);
  assert.equal(router.maxNumSeqs, 3, 'the router knows of it');
});
