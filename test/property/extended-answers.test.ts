import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { REMOVED_BIT, type WorkerConfig } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { seedsOf } from '../support/property.ts';
import { hashesOf, type submitWith } from '../support/sequences.ts';
import { WorkerRig } from '../support/worker-rig.ts';

const BLOCK = 4;

interface Planned {
  readonly request: number;
  readonly submit: NonNullable<Parameters<typeof submitWith>[1]> & { readonly arrivedUs: number };
  readonly promptBlocks: number;
  readonly hashes: Uint32Array;
}

interface Act {
  readonly atUs: number;
  act(rig: WorkerRig): void;
}

/** Sequences that share prompts, have answers of their own, and are too many for the cache. */
function plannedFor(rng: Rng): Planned[] {
  return Array.from({ length: 12 }, (_, index) => {
    const promptTokens = 1 + rng.below(30);
    const outputTokens = 1 + rng.below(30);
    const runs = [[rng.below(3), promptTokens] as const, [100 + index, outputTokens] as const];
    return {
      request: index + 1,
      submit: { arrivedUs: rng.below(8000), promptTokens, outputTokens, priority: rng.below(2) },
      promptBlocks: Math.floor(promptTokens / BLOCK),
      hashes: hashesOf(BLOCK, ...runs),
    };
  });
}

function run(config: Partial<WorkerConfig>, acts: readonly Act[]): WorkerRig {
  const rig = new WorkerRig(config);
  for (const { act } of acts.toSorted((a, b) => a.atUs - b.atUs)) act(rig);
  rig.drain();
  return rig;
}

function submitted(planned: readonly Planned[], wordsOf: (one: Planned) => number): Act[] {
  return planned.map((one) => ({
    atUs: one.submit.arrivedUs,
    act: (rig) =>
      rig.submit(one.request, { ...one.submit, hashes: one.hashes.subarray(0, wordsOf(one)) }),
  }));
}

/** The rest of each answer's hashes, block by block, each at the time that `timeOf` says. */
function extended(planned: readonly Planned[], timeOf: (one: Planned, block: number) => number) {
  return planned.flatMap((one) => {
    const blocks = one.hashes.length / HASH_WORDS - one.promptBlocks;
    const timesUs = Array.from({ length: blocks }, (_, n) => timeOf(one, one.promptBlocks + n));
    return timesUs
      .sort((a, b) => a - b)
      .map((atUs, n): Act => {
        const from = (one.promptBlocks + n) * HASH_WORDS;
        const hashes = one.hashes.subarray(from, from + HASH_WORDS);
        return { atUs, act: (rig) => rig.extend(one.request, hashes, atUs) };
      });
  });
}

/** When each hash was stored first. */
function storedUs(rig: WorkerRig): Map<string, number> {
  const times = new Map<string, number>();
  for (const event of rig.kv) {
    const [hash = '', atUs] = event.split('@');
    if (!times.has(hash)) times.set(hash, Number(atUs));
  }
  return times;
}

function cachedOf(rig: WorkerRig): Set<string> {
  const cached = new Set<string>();
  rig.worker.forEachCachedHash((lo, hi) => cached.add(`${lo}:${hi}`));
  return cached;
}

for (const scheduler of ['paced', 'batched'] as const) {
  describe(`an answer whose hashes come to a ${scheduler} worker in pieces`, () => {
    const config = { scheduler, blockSize: BLOCK, numBlocks: 20, maxNumSeqs: 4 };

    for (const seed of seedsOf(25)) {
      test(`ahead of its tokens is served batch for batch like one with all at once, seed ${seed}`, () => {
        const rng = new Rng(seed);
        const planned = plannedFor(rng);
        const whole = run(
          config,
          submitted(planned, ({ hashes }) => hashes.length),
        );
        const times = storedUs(whole);
        const timeOf = ({ submit, hashes }: Planned, block: number): number => {
          const atUs = times.get(`${hashes[2 * block]}:${hashes[2 * block + 1]}`);
          return submit.arrivedUs + rng.below((atUs ?? submit.arrivedUs) - submit.arrivedUs + 1);
        };
        const pieces = run(config, [
          ...submitted(planned, ({ promptBlocks }) => promptBlocks * HASH_WORDS),
          ...extended(planned, timeOf),
        ]);
        assert.deepEqual(pieces.kv, whole.kv);
        assert.deepEqual(pieces.effects, whole.effects);
        assert.deepEqual(pieces.loads, whole.loads);
        assert.deepEqual(pieces.batches, whole.batches);
      });

      test(`too late is matchable from then on, and told, seed ${seed}`, () => {
        const rng = new Rng(seed);
        const planned = plannedFor(rng);
        const rig = run(config, [
          ...submitted(planned, ({ promptBlocks }) => promptBlocks * HASH_WORDS),
          ...extended(planned, ({ submit }) => submit.arrivedUs + rng.below(6000)),
        ]);
        const told = new Set<string>();
        for (const event of rig.kv) {
          const [lo, hi = 0] = event.split(/[:@]/).map(Number);
          if (hi >= REMOVED_BIT) told.delete(`${lo}:${hi % REMOVED_BIT}`);
          else told.add(`${lo}:${hi}`);
        }
        assert.deepEqual(cachedOf(rig), told);
        assert.ok(told.size > 0);
      });
    }
  });
}
