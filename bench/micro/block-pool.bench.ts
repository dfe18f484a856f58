import { BlockList } from '../../engine/kv/block-list.ts';
import { PrefixCache } from '../../engine/kv/prefix-cache.ts';
import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { mix32, Rng } from '../../shared/rng.ts';
import { U32List } from '../../shared/u32-list.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const SEQUENCES = 64;
const BLOCKS_PER_SEQUENCE = 64;
const PROMPT_BLOCKS = 256;

/**
 * The KV cache under churn and under lookups, small and large: the cost of an eviction must not
 * depend on how many blocks there are, but for the processor's own caches.
 */
export async function suite(mode: BenchMode): Promise<BenchRow[]> {
  const small = 2 ** 14;
  const large = mode === 'full' ? 2 ** 20 : 2 ** 15;
  return [
    ...(await measure(mode, [churnTask(small), churnTask(large)])),
    ...(await measure(mode, lookupTasks(small))),
    ...(await measure(mode, lookupTasks(large))),
  ];
}

/** One operation is a block's whole life: allocate (and so evict), commit, release. */
function churnTask(numBlocks: number): BenchTask {
  const operations = 2048;
  const churn = new Churn(numBlocks);
  churn.run(4 * numBlocks);
  assert(churn.cache.evictions === 3 * numBlocks, 'a full cache evicts once per block');
  return {
    name: `allocate + commit + release with eviction, ${numBlocks} blocks`,
    operations,
    run: () => churn.run(operations),
  };
}

/**
 * Sequences that grow by a block in random order and start anew when they are full, as in decoding:
 * a sequence's blocks end up all over the cache, so eviction order is not memory order.
 */
class Churn {
  readonly cache: PrefixCache;
  readonly #events = new U32List();
  readonly #sequences = Array.from({ length: SEQUENCES }, () => new BlockList(BLOCKS_PER_SEQUENCE));
  readonly #rng = new Rng(1);
  #committed = 0;

  constructor(numBlocks: number) {
    this.cache = new PrefixCache({ numBlocks, prefixCaching: true }, this.#events);
  }

  run(operations: number): void {
    for (let operation = 0; operation < operations; operation++) {
      const blocks = this.#sequences[this.#rng.u32() % SEQUENCES]!;
      if (blocks.length === BLOCKS_PER_SEQUENCE) this.cache.release(blocks);
      assert(this.cache.allocate(blocks), 'there is always a block to evict');
      this.cache.commit(blocks, blocks.length - 1, mix32(this.#committed), this.#committed);
      this.#committed = (this.#committed + 1) & 0x7fffffff;
    }
    this.#events.clear();
  }
}

/** One operation is one block of a 256-block prompt, all of it cached; prompts in random order. */
function lookupTasks(numBlocks: number): BenchTask[] {
  const cache = new PrefixCache({ numBlocks, prefixCaching: true }, new U32List());
  const prompts = fill(cache, numBlocks);
  const blocks = new BlockList(PROMPT_BLOCKS);
  const rng = new Rng(2);
  const next = () => prompts[rng.u32() % prompts.length]!;
  return [
    {
      name: `match ${PROMPT_BLOCKS} blocks of ${numBlocks}`,
      operations: PROMPT_BLOCKS,
      run: () => {
        blocks.clear();
        cache.match(next(), PROMPT_BLOCKS, blocks);
        assert(blocks.length === PROMPT_BLOCKS, 'the whole prompt is cached');
      },
    },
    {
      name: `match + retain + release ${PROMPT_BLOCKS} blocks of ${numBlocks}`,
      operations: PROMPT_BLOCKS,
      run: () => {
        blocks.clear();
        cache.match(next(), PROMPT_BLOCKS, blocks);
        cache.retain(blocks);
        assert(blocks.length === PROMPT_BLOCKS, 'the whole prompt is retained');
        cache.release(blocks);
      },
    },
  ];
}

/** Fills the cache with prompts that grow in turn, block by block, and returns their hashes. */
function fill(cache: PrefixCache, numBlocks: number): Uint32Array[] {
  const rng = new Rng(3);
  const count = numBlocks / PROMPT_BLOCKS;
  const prompts = Array.from({ length: count }, () =>
    Uint32Array.from({ length: PROMPT_BLOCKS * HASH_WORDS }, (_, word) =>
      word % HASH_WORDS === 0 ? rng.u32() : rng.below(2 ** 31),
    ),
  );
  const lists = prompts.map(() => new BlockList(PROMPT_BLOCKS));
  for (let index = 0; index < PROMPT_BLOCKS; index++) {
    for (const [prompt, blocks] of lists.entries()) {
      assert(cache.allocate(blocks), 'the prompts fill the cache exactly');
      const at = index * HASH_WORDS;
      cache.commit(blocks, index, prompts[prompt]![at]!, prompts[prompt]![at + 1]!);
    }
  }
  for (const blocks of lists) cache.release(blocks);
  assert(cache.blocksCached === numBlocks, 'every block is cached');
  return prompts;
}
