import { PrefixIndex } from '../../engine/router/prefix-index.ts';
import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const WORKERS = 64;
const PROMPT_BLOCKS = 256;
/** Few, so that a call is short against a time slice of a busy machine. */
const PROMPTS_PER_CALL = 8;

/** The prefix index at a million cached blocks on 64 workers: KV events, bookings and lookups. */
export async function suite(mode: BenchMode): Promise<BenchRow[]> {
  const prompts = mode === 'full' ? 4096 : 128;
  const bench = new IndexBench(prompts);
  const name = `${WORKERS} workers, ${prompts * PROMPT_BLOCKS} blocks`;
  return await measure(mode, [
    bench.eventTask(`KV event (half stores, half removals), ${name}`),
    bench.bookTask(`book, then store as KV event, ${name}`),
    bench.lookupTask(`overlaps of ${PROMPT_BLOCKS} blocks, 0 % cached, ${name}`, 0),
    bench.lookupTask(`overlaps of ${PROMPT_BLOCKS} blocks, 40 % cached, ${name}`, 0.4),
    bench.lookupTask(`overlaps of ${PROMPT_BLOCKS} blocks, 95 % cached, ${name}`, 0.95),
  ]);
}

/**
 * Keeps `prompts` prompts of 256 blocks in the index: each new one takes the place of the oldest.
 */
class IndexBench {
  readonly #index: PrefixIndex;
  readonly #rng = new Rng(7);
  /** The prompts that are cached; prompt n on worker n % 64. `#slot` has the oldest. */
  readonly #cached: Uint32Array[];
  #slot = 0;

  constructor(prompts: number) {
    this.#index = new PrefixIndex(WORKERS, 4 * prompts * PROMPT_BLOCKS);
    this.#cached = Array.from({ length: prompts }, () => this.#freshPrompt());
    for (const [slot, hashes] of this.#cached.entries()) {
      this.#index.applyEvents(hashes, slot % WORKERS);
    }
    assert(this.#index.blocks === prompts * PROMPT_BLOCKS, 'every block is new');
  }

  /**
   * One operation is one event: a new prompt's blocks are stored after an old one's are removed.
   */
  eventTask(name: string): BenchTask {
    const batches: Uint32Array[] = [];
    return {
      name,
      operations: 2 * PROMPT_BLOCKS * PROMPTS_PER_CALL,
      beforeEach: () => {
        batches.length = 0;
        for (let n = 0; n < PROMPTS_PER_CALL; n++) batches.push(this.#replacement(this.#slot + n));
      },
      run: () => {
        const blocks = this.#index.blocks;
        for (const batch of batches) {
          this.#index.applyEvents(batch, this.#slot % WORKERS);
          this.#cached[this.#slot] = batch.subarray(PROMPT_BLOCKS * HASH_WORDS);
          this.#slot = (this.#slot + 1) % this.#cached.length;
        }
        assert(this.#index.blocks === blocks, 'as many blocks in as out');
      },
    };
  }

  /** One operation is one block's booking or its store; the blocks are removed again untimed. */
  bookTask(name: string): BenchTask {
    const prompts: Uint32Array[] = [];
    return {
      name,
      operations: 2 * PROMPT_BLOCKS * PROMPTS_PER_CALL,
      beforeEach: () => {
        for (const [n, hashes] of prompts.entries()) this.#index.applyEvents(removals(hashes), n);
        prompts.length = 0;
        for (let n = 0; n < PROMPTS_PER_CALL; n++) prompts.push(this.#freshPrompt());
      },
      run: () => {
        for (let n = 0; n < PROMPTS_PER_CALL; n++) {
          this.#index.book(prompts[n]!, 0, PROMPT_BLOCKS, n);
        }
        for (let n = 0; n < PROMPTS_PER_CALL; n++) this.#index.applyEvents(prompts[n]!, n);
        assert(this.#index.bookedBits === 0, 'a store settles its booking');
      },
    };
  }

  /** One operation is one prompt. */
  lookupTask(name: string, share: number): BenchTask {
    const prompts: Uint32Array[] = [];
    const out = new Int32Array(WORKERS);
    const cachedBlocks = Math.floor(share * PROMPT_BLOCKS);
    return {
      name,
      operations: PROMPTS_PER_CALL,
      beforeEach: () => {
        prompts.length = 0;
        for (let n = 0; n < PROMPTS_PER_CALL; n++) prompts.push(this.#partlyCached(cachedBlocks));
      },
      run: () => {
        let sum = 0;
        for (let n = 0; n < PROMPTS_PER_CALL; n++) {
          this.#index.overlaps(prompts[n]!, PROMPT_BLOCKS, out);
          for (let worker = 0; worker < WORKERS; worker++) sum += out[worker]!;
        }
        assert(sum === PROMPTS_PER_CALL * cachedBlocks, 'each prompt is cached on one worker');
      },
    };
  }

  #freshPrompt(): Uint32Array {
    const hashes = new Uint32Array(PROMPT_BLOCKS * HASH_WORDS);
    for (let at = 0; at < hashes.length; at += HASH_WORDS) {
      hashes[at] = this.#rng.u32();
      hashes[at + 1] = this.#rng.below(REMOVED_BIT);
    }
    return hashes;
  }

  /** Events that remove the prompt in `slot`, leaf first, and store a new one. */
  #replacement(slot: number): Uint32Array {
    const fresh = this.#freshPrompt();
    const events = new Uint32Array(2 * fresh.length);
    events.set(removals(this.#cached[slot]!));
    events.set(fresh, fresh.length);
    return events;
  }

  #partlyCached(blocks: number): Uint32Array {
    const hashes = this.#freshPrompt();
    const cached = this.#cached[this.#rng.below(this.#cached.length)]!;
    hashes.set(cached.subarray(0, blocks * HASH_WORDS));
    return hashes;
  }
}

function removals(hashes: Uint32Array): Uint32Array {
  const events = new Uint32Array(hashes.length);
  for (let at = 0; at < hashes.length; at += HASH_WORDS) {
    const from = hashes.length - HASH_WORDS - at;
    events[at] = hashes[from]!;
    events[at + 1] = hashes[from + 1]! | REMOVED_BIT;
  }
  return events;
}
