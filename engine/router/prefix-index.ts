import { HASH_WORDS } from '../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import { ADDED, BlockTable } from './block-table.ts';

/** A bisection of 2^31 positions keeps at most this many right ends open. */
const LEVELS = 34;

/**
 * Which worker has which KV block. `real` is exact: it is fed by the workers' KV events. `booked` is
 * a forecast: blocks that a worker has been chosen to compute and has not yet stored, without which
 * a burst of equal prompts would miss everywhere and scatter. Lookups see the union of both. They
 * are two tables because bookings live for one prefill only: their table stays small enough for the
 * processor's caches, and booking a prompt does not have to touch the large one.
 *
 * Precondition of `overlaps`: a worker that has a block has all blocks before it in the chain. A
 * chained hash names its whole prefix, workers store a prompt's blocks first to last and evict leaf
 * first, so KV events keep it. Where it fails (a block evicted under a booking that builds on it, a
 * store dropped at the cap), the overlap found lies between the first gap and the last hit.
 */
export class PrefixIndex {
  readonly #real: BlockTable;
  readonly #booked: BlockTable;
  readonly #bitmapWords: number;
  readonly #cachedBlocks: Int32Array;
  readonly #alive: Int32Array;
  readonly #rightEnds = new Int32Array(LEVELS);
  readonly #rightMasks: Int32Array;
  #bookedBits = 0;
  #droppedStores = 0;
  #droppedBookings = 0;

  /** `capBlocks` bounds the distinct hashes of each of the two tables. */
  constructor(workers: number, capBlocks: number) {
    this.#real = new BlockTable(workers, capBlocks);
    this.#booked = new BlockTable(workers, capBlocks);
    this.#bitmapWords = (workers + 31) >>> 5;
    this.#cachedBlocks = new Int32Array(workers);
    this.#alive = new Int32Array(this.#bitmapWords);
    this.#rightMasks = new Int32Array(LEVELS * this.#bitmapWords);
  }

  /** Distinct hashes that at least one worker really has. */
  get blocks(): number {
    return this.#real.blocks;
  }

  /** (block, worker) pairs that are booked and not yet stored; zero when no prefill is under way. */
  get bookedBits(): number {
    return this.#bookedBits;
  }

  /** Stores that were lost because the table was at its cap. */
  get droppedStores(): number {
    return this.#droppedStores;
  }

  /** Bookings that were lost because the table was at its cap. */
  get droppedBookings(): number {
    return this.#droppedBookings;
  }

  /** Blocks that `worker` really has. */
  cachedBlocks(worker: number): number {
    return this.#cachedBlocks[worker]!;
  }

  /** `worker` has computed the block; its booking, if any, is settled. */
  store(lo: number, hi: number, worker: number): void {
    const added = this.#real.add(lo, hi, worker);
    if (added === ADDED.added) this.#cachedBlocks[worker] = this.#cachedBlocks[worker]! + 1;
    else if (added === ADDED.full) this.#droppedStores++;
    if (this.#bookedBits > 0 && this.#booked.remove(lo, hi, worker)) this.#bookedBits--;
  }

  /** `worker` has evicted the block. */
  remove(lo: number, hi: number, worker: number): void {
    if (!this.#real.remove(lo, hi, worker)) return;
    this.#cachedBlocks[worker] = this.#cachedBlocks[worker]! - 1;
  }

  /** Applies the KV column of an event batch: (lo, hi) pairs, `REMOVED_BIT` in `hi` of removals. */
  applyEvents(events: Uint32Array, worker: number): void {
    for (let at = 0; at < events.length; at += HASH_WORDS) {
      const hi = events[at + 1]!;
      if (hi >= REMOVED_BIT) this.remove(events[at]!, hi & ~REMOVED_BIT, worker);
      else this.store(events[at]!, hi, worker);
    }
  }

  /** Foresees that `worker` will compute the blocks fromBlock .. toBlock - 1 of `hashes`. */
  book(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    for (let at = fromBlock * HASH_WORDS; at < toBlock * HASH_WORDS; at += HASH_WORDS) {
      const added = this.#booked.add(hashes[at]!, hashes[at + 1]!, worker);
      if (added === ADDED.added) this.#bookedBits++;
      else if (added === ADDED.full) this.#droppedBookings++;
    }
  }

  /** Takes back what is left of a booking whose request ended before its prefill did. */
  unbook(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    for (let at = fromBlock * HASH_WORDS; at < toBlock * HASH_WORDS; at += HASH_WORDS) {
      if (this.#booked.remove(hashes[at]!, hashes[at + 1]!, worker)) this.#bookedBits--;
    }
  }

  /** Forgets all that `worker` has and was booked for: its cache is lost. */
  clearWorker(worker: number): void {
    this.#real.removeWorker(worker);
    this.#cachedBlocks[worker] = 0;
    this.#bookedBits -= this.#booked.removeWorker(worker);
  }

  /**
   * Writes each worker's number of leading blocks of `hashes[0 .. blocks)` to `out[worker]`. The set
   * of workers can only shrink along the chain, so two equal sets have no change between them:
   * bisection looks only where they differ, log2(blocks) lookups for each distinct length found.
   */
  overlaps(hashes: Uint32Array, blocks: number, out: Int32Array): void {
    out.fill(0);
    if (blocks === 0) return;
    const alive = this.#alive;
    this.#readMask(hashes, 0, alive, 0);
    if (isZero(alive)) return;
    const ends = this.#rightEnds;
    const masks = this.#rightMasks;
    const words = this.#bitmapWords;
    // `alive` is the set at block `left`; the right ends still to be reached are stacked, nearest
    // on top. Beyond the last block nobody is left.
    let left = 0;
    let top = 0;
    ends[0] = blocks;
    masks.fill(0, 0, words);
    while (top >= 0) {
      const right = ends[top]!;
      const maskAt = top * words;
      if (isSubset(alive, masks, maskAt)) {
        left = right;
        top--;
      } else if (right === left + 1) {
        if (!settle(alive, masks, maskAt, right, out)) return;
        left = right;
        top--;
      } else {
        const middle = (left + right) >>> 1;
        top++;
        ends[top] = middle;
        this.#readMask(hashes, middle, masks, top * words);
      }
    }
  }

  /** Visits every (block, worker) pair that is real, in no particular order. */
  visit(visitor: (lo: number, hi: number, worker: number) => void): void {
    this.#real.visit(visitor);
  }

  #readMask(hashes: Uint32Array, block: number, into: Int32Array, at: number): void {
    const lo = hashes[block * HASH_WORDS]!;
    const hi = hashes[block * HASH_WORDS + 1]!;
    for (let word = 0; word < this.#bitmapWords; word++) into[at + word] = 0;
    this.#real.collect(lo, hi, into, at);
    if (this.#bookedBits > 0) this.#booked.collect(lo, hi, into, at);
  }
}

function isZero(mask: Int32Array): boolean {
  for (let word = 0; word < mask.length; word++) if (mask[word] !== 0) return false;
  return true;
}

function isSubset(mask: Int32Array, of: Int32Array, at: number): boolean {
  for (let word = 0; word < mask.length; word++) {
    if ((mask[word]! & ~of[at + word]!) !== 0) return false;
  }
  return true;
}

/** The workers of `alive` that `masks` lacks have `blocks` blocks. Says whether any others are left. */
function settle(
  alive: Int32Array,
  masks: Int32Array,
  at: number,
  blocks: number,
  out: Int32Array,
): boolean {
  let left = 0;
  for (let word = 0; word < alive.length; word++) {
    const kept = alive[word]! & masks[at + word]!;
    for (let dead = alive[word]! & ~kept; dead !== 0; dead &= dead - 1) {
      out[word * 32 + 31 - Math.clz32(dead & -dead)] = blocks;
    }
    alive[word] = kept;
    left |= kept;
  }
  return left !== 0;
}
