import { HASH_WORDS } from '../../shared/block-hash.ts';
import { SEGMENT_WORDS } from '../traces/content.ts';
import { NameTable } from '../traces/name-table.ts';
import type { TraceRequest } from '../traces/trace-source.ts';

/**
 * Numbers blocks from 1 in the order in which they first come, so that what is known of each is in
 * arrays. The blocks of a segment that came together are a run of numbers and are looked up as one,
 * by the hash of the first. Memory grows with the segments, some 50 bytes for each.
 */
export class BlockIds {
  readonly blockSize: number;
  /** Runs by the hash of their first block: numbers from 1. */
  readonly #runs = new NameTable();
  /** Number of the first block of each run, and how many it has. */
  readonly #firsts = [0];
  readonly #lengths = [0];
  #size = 0;
  #hashes = new Uint32Array(1024);
  #ids = new Uint32Array(512);
  #partial = 0;

  constructor(blockSize: number) {
    this.blockSize = blockSize;
  }

  /** Makes this request the one that is asked for. */
  read({ content, promptTokens, outputTokens }: TraceRequest): void {
    const size = this.blockSize;
    const room = Math.ceil(content.tokens / Math.min(size, promptTokens)) * HASH_WORDS;
    if (this.#hashes.length < room) this.#hashes = new Uint32Array(room * 2);
    const prompt = Math.floor(promptTokens / size);
    const blocks = Math.max(prompt, Math.floor((promptTokens + outputTokens - 1) / size));
    if (this.#ids.length < blocks) this.#ids = new Uint32Array(blocks * 2);
    content.writeHashes(size, this.#hashes);
    const segments = content.view();
    let block = 0;
    for (let at = 0; at < segments.length; at += SEGMENT_WORDS) {
      const end = Math.min(blocks, Math.floor(segments[at + 2]! / size));
      while (block < end) block = this.#readRun(block, end);
    }
    this.#partial = 0;
    if (promptTokens > prompt * size) {
      // The hash of a block does not depend on where the block starts, so the partial last block
      // ends where one block of the length of the whole prompt does.
      content.writeHashes(promptTokens, this.#hashes);
      this.#partial = this.#firsts[this.#runAt(0, 1)]!;
    }
  }

  /** Number of a full block of the request, but for one that ends with the answer. */
  at(block: number): number {
    return this.#ids[block]!;
  }

  /** Number of the last block of the prompt if that is partial, else 0. */
  get partial(): number {
    return this.#partial;
  }

  /** Reads the run that begins at `block`, no further than to `end`. Returns where it ends. */
  #readRun(block: number, end: number): number {
    const run = this.#runAt(block, end - block);
    const count = Math.min(end - block, this.#lengths[run]!);
    const first = this.#firsts[run]!;
    for (let at = 0; at < count; at++) this.#ids[block + at] = first + at;
    return block + count;
  }

  /** The run whose first block has the hash of `block`; it is one of `count` if it is new. */
  #runAt(block: number, count: number): number {
    const lo = this.#hashes[block * HASH_WORDS]!;
    const hi = this.#hashes[block * HASH_WORDS + 1]!;
    const known = this.#runs.get(lo, hi);
    if (known !== 0) return known;
    const run = this.#firsts.push(this.#size + 1) - 1;
    this.#lengths.push(count);
    this.#runs.set(lo, hi, run);
    this.#size += count;
    return run;
  }
}
