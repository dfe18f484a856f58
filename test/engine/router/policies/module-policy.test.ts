import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ModulePolicy } from '../../../../engine/router/policies/module-policy.ts';
import { PolicyError } from '../../../../engine/router/policy-error.ts';
import type { ModuleChooser, PolicyWorker } from '../../../../engine/router/policy-module.ts';
import { clusterView, routeRequest } from '../cluster-view.ts';

const CLUSTER = { workers: 3, blockSize: 16, seed: 7 };

function policyOf(choose: (...args: Parameters<ModuleChooser['choose']>) => unknown): ModulePolicy {
  const chooser = { choose } as ModuleChooser;
  return new ModulePolicy('mine', { create: () => chooser }, CLUSTER);
}

describe('a policy of the user', () => {
  test('is created for the cluster, and its choice is taken', () => {
    const clusters: unknown[] = [];
    const module = {
      create: (cluster: unknown) => {
        clusters.push(cluster);
        return { choose: () => 2 };
      },
    };
    const policy = new ModulePolicy('mine', module, CLUSTER);
    assert.equal(policy.choose(routeRequest(), clusterView({ workers: 3 })), 2);
    assert.deepEqual(clusters, [CLUSTER]);
    assert.equal(policy.failures, 0);
  });

  test('sees the request and every worker as the router does', () => {
    const seen: string[] = [];
    const policy = policyOf((request, workers) => {
      seen.push(JSON.stringify({ ...request, workers }));
      return 0;
    });
    policy.choose(
      routeRequest({ promptTokens: 100, promptBlocks: 6, sessionKey: 5 }),
      clusterView({
        workers: 3,
        ineligible: [1],
        overlapBlocks: [0, 2, 4],
        activeRequests: [3, 0, 1],
        decodeBlocks: [9, 0, 8],
      }),
    );
    policy.choose(routeRequest({ sessionKey: undefined }), clusterView({ workers: 3 }));
    const idle = { eligible: true, cachedTokens: 0, activeRequests: 0 };
    const free = { prefillTokensPending: 0, blocksInUse: 0, blocksTotal: 1000 };
    assert.deepEqual(
      seen.map((text) => JSON.parse(text)),
      [
        {
          promptTokens: 100,
          promptBlocks: 6,
          sessionKey: 5,
          atUs: 0,
          workers: [
            { id: 0, ...idle, ...free, activeRequests: 3, blocksInUse: 9 },
            { id: 1, ...idle, ...free, eligible: false, cachedTokens: 32 },
            { id: 2, ...idle, ...free, cachedTokens: 64, activeRequests: 1, blocksInUse: 8 },
          ],
        },
        {
          promptTokens: 1,
          promptBlocks: 0,
          atUs: 0,
          workers: [0, 1, 2].map((id) => ({ id, ...idle, ...free })),
        },
      ],
    );
  });

  test('tells prompts with the same first blocks from others', () => {
    const keys: number[][] = [];
    const keyed = policyOf((request) => {
      keys.push([request.prefixKey(1), request.prefixKey(2)]);
      return 0;
    });
    for (const hashes of [
      [1, 2, 3, 4],
      [1, 2, 5, 4],
      [1, 3, 5, 4],
    ]) {
      const request = routeRequest({ promptBlocks: 2, hashes: Uint32Array.from(hashes) });
      keyed.choose(request, clusterView({ workers: 3 }));
    }
    assert.equal(keys[0]![0], keys[1]![0]);
    assert.equal(new Set(keys.flat()).size, 4);
  });
});

describe('what a policy of the user does wrong', () => {
  for (const [choice, message] of [
    [3, 'choose returned 3; expected the id of an eligible worker, 0 to 2'],
    [-1, 'choose returned -1; expected the id of an eligible worker, 0 to 2'],
    [0.5, 'choose returned 0.5; expected the id of an eligible worker, 0 to 2'],
    [Number.NaN, 'choose returned NaN; expected the id of an eligible worker, 0 to 2'],
    ['1', 'choose returned "1"; expected the id of an eligible worker, 0 to 2'],
    [undefined, 'choose returned undefined; expected the id of an eligible worker, 0 to 2'],
    [{ id: 1 }, 'choose returned an object; expected the id of an eligible worker, 0 to 2'],
    [
      Promise.resolve(1),
      'choose returned a promise; expected the id of an eligible worker, 0 to 2',
    ],
    [1, 'choose returned 1, a worker that is not eligible now'],
  ] as const) {
    test(`is an error that says so: ${message.slice(0, 26)}`, () => {
      const policy = policyOf(() => choice);
      const view = clusterView({ workers: 3, ineligible: [1] });
      assert.throws(() => policy.choose(routeRequest(), view), {
        name: 'PolicyError',
        message: `mine: ${message}`,
      });
      assert.equal(policy.failures, 1);
    });
  }

  test('is an error with its cause when it throws', () => {
    const cause = new TypeError('no such field');
    const policy = policyOf(() => {
      throw cause;
    });
    const view = clusterView({ workers: 3 });
    assert.throws(
      () => policy.choose(routeRequest(), view),
      (error) =>
        error instanceof PolicyError &&
        error.cause === cause &&
        error.message === 'mine: choose threw TypeError: no such field',
    );
    const other = policyOf((request) => request.prefixKey(1));
    assert.throws(() => other.choose(routeRequest(), view), {
      message: 'mine: choose threw RangeError: prefixKey of 1 blocks, where there are 0',
    });
    assert.deepEqual([policy.failures, other.failures], [1, 1]);
  });

  test("is an error when it sorts the workers in place, which are the next request's too", () => {
    const policy = policyOf((_request, workers) => {
      return (workers as PolicyWorker[]).sort(() => -1)[0]?.id;
    });
    assert.throws(() => policy.choose(routeRequest(), clusterView({ workers: 3 })), {
      message: /^mine: choose threw TypeError: Cannot assign to read only property/,
    });
  });

  test('is an error of its creation when it gives no chooser', () => {
    const nothing = { create: () => undefined as unknown as ModuleChooser };
    assert.throws(() => new ModulePolicy('mine', nothing, CLUSTER), {
      name: 'PolicyError',
      message:
        'mine: create returned undefined; expected an object with a function choose(request, workers)',
    });
    const thrower = {
      create: (): ModuleChooser => {
        throw new Error('no');
      },
    };
    assert.throws(() => new ModulePolicy('mine', thrower, CLUSTER), {
      message: 'mine: create threw Error: no',
    });
  });
});
