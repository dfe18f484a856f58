import { assert } from '../../shared/assert.ts';
import { HASH_WORDS, hashBlocks, hashRoot } from '../../shared/block-hash.ts';
import { Rng } from '../../shared/rng.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const TOKENS = 4096;
/** Of the chain of the tokens below in blocks of 16: a faster hash must still be the same hash. */
const LAST_HASH = '3367023884:1742658382';

/** Chained block hashes of a prompt of 4096 tokens. One operation is one token. */
export function suite(mode: BenchMode): Promise<BenchRow[]> {
  const rng = new Rng(1);
  const tokens = Uint32Array.from({ length: TOKENS }, () => rng.below(200_000));
  return measure(
    mode,
    [1, 16, 64].map((blockSize) => hashTask(tokens, blockSize)),
  );
}

function hashTask(tokens: Uint32Array, blockSize: number): BenchTask {
  const root = hashRoot(1);
  const out = new Uint32Array((TOKENS / blockSize) * HASH_WORDS);
  const run = (): void => {
    const blocks = hashBlocks(tokens, TOKENS, blockSize, root, out);
    assert(blocks * blockSize === TOKENS, 'every block is full');
  };
  run();
  const last = `${out.at(-2)}:${out.at(-1)}`;
  assert(blockSize !== 16 || last === LAST_HASH, `the hash is what it was, not ${last}`);
  return { name: `hash a token, ${blockSize} to a block`, operations: TOKENS, run };
}
