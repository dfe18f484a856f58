import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRequest } from '../../../engine/router/policy-module.ts';
import { tryPolicy } from '../../../engine/router/policy-trial.ts';

const CLUSTER = { workers: 3, blockSize: 16, seed: 1 };

test('a trial asks about a request of a session and one of none, on idle workers', () => {
  const seen: unknown[] = [];
  tryPolicy(
    'mine.ts',
    {
      create: () => ({
        choose: (request, workers) => {
          seen.push([request.sessionKey, request.promptTokens, request.promptBlocks]);
          assert.notEqual(request.prefixKey(1), request.prefixKey(2));
          assert.ok(workers.every(({ eligible, activeRequests }) => eligible && !activeRequests));
          return workers.length - 1;
        },
      }),
    },
    CLUSTER,
  );
  assert.deepEqual(seen, [
    [1, 33, 2],
    [undefined, 33, 2],
  ]);
});

test('a policy fails its trial where it would fail a request', () => {
  const bySession = ({ sessionKey }: PolicyRequest): number => (sessionKey ?? 99) % 100;
  assert.throws(() => tryPolicy('mine.ts', { create: () => ({ choose: bySession }) }, CLUSTER), {
    name: 'PolicyError',
    message: 'mine.ts: choose returned 99; expected the id of an eligible worker, 0 to 2',
  });
});
