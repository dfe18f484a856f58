import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describe as describeScenario, scenarioOf } from './scenario.ts';
import { Simulation } from './simulation.ts';

/**
 * The whole cluster but for threads and HTTP, from one seed: `SEED=123` runs that seed alone, and
 * `SEEDS=1000` as many from 1 on. A seed that fails is a bug, which gets a test of its own.
 */
const alone = process.env.SEED;
const count = Number(process.env.SEEDS ?? 20);
const seeds =
  alone === undefined ? Array.from({ length: count }, (_, n) => n + 1) : [Number(alone)];

function run(seed: number, disturbances = 0): Simulation {
  const scenario = scenarioOf(seed);
  const simulation = new Simulation(scenario);
  simulation.disturb(disturbances);
  try {
    simulation.run();
  } catch (cause) {
    throw new Error(`SEED=${seed} fails: ${describeScenario(scenario)}`, { cause });
  }
  return simulation;
}

describe('whatever happens to a cluster, its invariants hold', () => {
  for (const seed of seeds) test(`SEED=${seed}`, () => void run(seed));
});

test('a scenario runs the same way again, also when workers are woken in vain', () => {
  for (const seed of seeds.slice(0, 5)) {
    const { log } = run(seed);
    assert.ok(log.length > 100);
    assert.deepEqual(run(seed).log, log);
    assert.deepEqual(run(seed, 100).log, log);
  }
});
