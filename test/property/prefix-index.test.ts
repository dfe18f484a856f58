import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefixIndex } from '../../engine/router/prefix-index.ts';
import { hashBlocks, hashRoot } from '../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import { fc } from '../support/property.ts';

const BLOCKS_MAX = 80;

/** Depths that a booking is kept for besides its end: the ladder, written out. */
const RUNGS = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  ...[18, 20, 22, 24, 26, 28, 30, 32],
  ...[36, 40, 44, 48, 52, 56, 60, 64, 72, 80],
];

/** What an index should hold, in the plainest form: a set of block names for each worker. */
class Model {
  readonly stored: Set<string>[];
  readonly booked: Set<string>[];

  constructor(workers: number) {
    this.stored = Array.from({ length: workers }, () => new Set());
    this.booked = Array.from({ length: workers }, () => new Set());
  }

  cachedDepth(prompt: Prompt, worker: number): number {
    let depth = 0;
    while (depth < prompt.length && this.stored[worker]!.has(prompt[depth]!.name)) depth++;
    return depth;
  }

  overlap(prompt: Prompt, worker: number): number {
    let depth = this.cachedDepth(prompt, worker);
    for (const next of entries(depth, prompt.length)) {
      if (!this.booked[worker]!.has(prompt[next - 1]!.name)) break;
      depth = next;
    }
    return depth;
  }

  /** A block of `prompt` that `worker` may evict: one that it has no continuation of. */
  leaf(prompt: Prompt, worker: number): Block | undefined {
    const stored = [...this.stored[worker]!];
    const last = prompt[this.cachedDepth(prompt, worker) - 1];
    if (last === undefined) return undefined;
    const isParent = stored.some((name) => name.startsWith(`${last.name},`));
    return isParent ? undefined : last;
  }
}

/** The depths above `from` that a booking up to `to` has entries for. */
function entries(from: number, to: number): number[] {
  return [...RUNGS.filter((rung) => rung > from && rung < to), ...(to > from ? [to] : [])];
}

interface Block {
  /** The tokens of the chain up to here: equal names, equal prefixes. */
  readonly name: string;
  readonly lo: number;
  readonly hi: number;
}
type Prompt = readonly Block[];

/** A chain of one-token blocks. Few different tokens, so that prompts share prefixes. */
const promptArbitrary: fc.Arbitrary<Prompt> = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: 1, max: 20 })), { minLength: 1, maxLength: 4 })
  .map((runs) => {
    const tokens = runs.flatMap(([token, length]) => Array<number>(length).fill(token));
    const hashes = new Uint32Array(2 * BLOCKS_MAX);
    hashBlocks(Uint32Array.from(tokens), tokens.length, 1, hashRoot(3), hashes);
    return tokens.map((_, block) => ({
      name: tokens.slice(0, block + 1).join(','),
      lo: hashes[2 * block]!,
      hi: hashes[2 * block + 1]!,
    }));
  });

const stepArbitrary = fc.record({
  kind: fc.constantFrom('store', 'store', 'evict', 'evict', 'book', 'book', 'unbook', 'clear'),
  prompt: promptArbitrary,
  probe: promptArbitrary,
  worker: fc.nat(63),
  blocks: fc.integer({ min: 1, max: BLOCKS_MAX }),
});
type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

function hashesOf(blocks: readonly Block[]): Uint32Array {
  return Uint32Array.from(blocks.flatMap(({ lo, hi }) => [lo, hi]));
}

function apply(step: Step, worker: number, index: PrefixIndex, model: Model): void {
  const { prompt } = step;
  const stored = model.stored[worker]!;
  const booked = model.booked[worker]!;
  switch (step.kind) {
    case 'store': {
      const fresh = prompt.slice(model.cachedDepth(prompt, worker), step.blocks);
      index.applyEvents(hashesOf(fresh), worker);
      for (const { name } of fresh) {
        stored.add(name);
        booked.delete(name);
      }
      return;
    }
    case 'evict': {
      const leaf = model.leaf(prompt, worker);
      if (leaf === undefined) return;
      index.applyEvents(Uint32Array.of(leaf.lo, leaf.hi | REMOVED_BIT), worker);
      stored.delete(leaf.name);
      return;
    }
    case 'book':
    case 'unbook': {
      const from = step.kind === 'book' ? model.overlap(prompt, worker) : 0;
      const names = entries(from, prompt.length).map((depth) => prompt[depth - 1]!.name);
      if (step.kind === 'book') index.book(hashesOf(prompt), from, prompt.length, worker);
      else index.unbook(hashesOf(prompt), from, prompt.length, worker);
      for (const name of names) {
        if (step.kind === 'book') booked.add(name);
        else booked.delete(name);
      }
      return;
    }
    default:
      index.clearWorker(worker);
      stored.clear();
      booked.clear();
  }
}

test('the index agrees with a set of blocks per worker after any history', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 3, 64),
      fc.array(stepArbitrary, { maxLength: 60 }),
      (workers, steps) => {
        const index = new PrefixIndex(workers, 100_000);
        const model = new Model(workers);
        const out = new Int32Array(workers);
        for (const step of steps) {
          apply(step, step.worker % workers, index, model);
          for (const prompt of [step.prompt, step.probe]) {
            index.overlaps(hashesOf(prompt), prompt.length, out);
            const expected = model.stored.map((_, worker) => model.overlap(prompt, worker));
            assert.deepEqual([...out], expected);
          }
          const bookedBits = model.booked.reduce((sum, names) => sum + names.size, 0);
          assert.equal(index.bookedBits, bookedBits);
        }
        assertSameBlocks(index, model);
      },
    ),
    { numRuns: 60 },
  );
});

function assertSameBlocks(index: PrefixIndex, model: Model): void {
  let pairs = 0;
  index.visit(() => pairs++);
  assert.equal(
    pairs,
    model.stored.reduce((sum, names) => sum + names.size, 0),
  );
  assert.equal(index.blocks, new Set(model.stored.flatMap((names) => [...names])).size);
  for (const [worker, names] of model.stored.entries()) {
    assert.equal(index.cachedBlocks(worker), names.size);
  }
}
