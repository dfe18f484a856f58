import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPolicy } from '../../../../engine/router/policies/create-policy.ts';
import { StepEstimate } from '../../../../engine/router/step-estimate.ts';
import { POLICY_NAMES } from '../../../../shared/policy-names.ts';
import { Rng } from '../../../../shared/rng.ts';
import { fc } from '../../../support/property.ts';
import { constantLatency } from '../../../support/sequences.ts';
import { clusterView, routeRequest, tally } from '../cluster-view.ts';

const STEPS = new StepEstimate(constantLatency(1000, 100), 8);

/** What every policy must keep to, whatever it looks at. */
for (const name of POLICY_NAMES) {
  for (const temperature of name === 'smart' ? [0, 0.7] : [0]) {
    const title = temperature > 0 ? `${name} with a temperature` : name;
    const create = (workers: number, seed: number) =>
      createPolicy(name, workers, 16, temperature, STEPS, new Rng(seed));

    test(`${title}: only an eligible worker is chosen`, () => {
      const worker = fc.record({
        eligible: fc.boolean(),
        overlapBlocks: fc.nat(10),
        cost: fc.nat(40).map((quarters) => quarters / 4),
        activeRequests: fc.oneof(fc.nat(3), fc.nat(80)),
        decodeBlocks: fc.nat(5),
        cachedBlocks: fc.nat(5),
      });
      const cluster = fc
        .array(worker, { minLength: 1, maxLength: 40 })
        .filter((workers) => workers.some(({ eligible }) => eligible));
      const prompt = fc.record({ promptBlocks: fc.nat(30), sessionKey: fc.nat() });
      fc.assert(
        fc.property(cluster, prompt, fc.nat(), (workers, options, seed) => {
          const view = clusterView({
            workers: workers.length,
            ineligible: workers.flatMap(({ eligible }, index) => (eligible ? [] : [index])),
            overlapBlocks: workers.map(({ overlapBlocks }) => overlapBlocks),
            cost: workers.map(({ cost }) => cost),
            activeRequests: workers.map(({ activeRequests }) => activeRequests),
            decodeBlocks: workers.map(({ decodeBlocks }) => decodeBlocks),
            cachedBlocks: workers.map(({ cachedBlocks }) => cachedBlocks),
          });
          const policy = create(workers.length, seed);
          for (let n = 0; n < 5; n++) {
            const chosen = policy.choose(routeRequest(options), view);
            assert.equal(view.eligible[chosen], 1);
            policy.booked?.(routeRequest(options), chosen, view);
          }
        }),
        { numRuns: 40 },
      );
    });

    test(`${title}: equal workers share the requests`, () => {
      const view = clusterView({ workers: 5, ineligible: [2] });
      const policy = create(5, 1);
      const counts = tally(5, 4000, (n) => {
        const hashes = Uint32Array.of(n * 977, n);
        return policy.choose(routeRequest({ hashes, promptBlocks: 1, sessionKey: n }), view);
      });
      assert.equal(counts.splice(2, 1)[0], 0);
      for (const count of counts) assert.ok(count > 750 && count < 1250, `${counts}`);
    });

    test(`${title}: one seed gives one series of choices`, () => {
      const view = clusterView({ workers: 16, cost: [3, 1, 2, 1, 3, 2, 1] });
      const series = () => {
        const policy = create(16, 5);
        return Array.from({ length: 50 }, () => policy.choose(routeRequest(), view));
      };
      assert.deepEqual(series(), series());
    });
  }
}
