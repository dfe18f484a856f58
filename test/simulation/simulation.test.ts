import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seedsOf } from '../support/property.ts';
import { describe as describeScenario, scenarioOf } from './scenario.ts';
import { Simulation } from './simulation.ts';

/** The whole cluster but for threads and HTTP, from one seed each. */
const seeds = seedsOf(60);

function run(seed: number, disturbances = 0): Simulation {
  const scenario = scenarioOf(seed);
  const simulation = new Simulation(scenario);
  simulation.disturb(disturbances);
  try {
    simulation.run();
  } catch (cause) {
    throw new Error(`FUZZ_SEED=${seed} SEEDS=1 fails: ${describeScenario(scenario)}`, { cause });
  }
  return simulation;
}

describe('whatever happens to a cluster, its invariants hold', () => {
  for (const seed of seeds) test(`seed ${seed}`, () => void run(seed));
});

test('a scenario runs the same way again, also when workers are woken in vain', () => {
  let logged = 0;
  for (const seed of seeds.slice(0, 5)) {
    const { log } = run(seed);
    logged += log.length;
    assert.deepEqual(run(seed).log, log);
    assert.deepEqual(run(seed, 100).log, log);
  }
  assert.ok(logged > 100);
});
