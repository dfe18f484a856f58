import { HASH_WORDS } from '../../shared/block-hash.ts';
import { REMOVED_BIT } from '../../shared/protocol.ts';
import { ADDED, BlockTable } from './block-table.ts';
import { Bookings } from './bookings.ts';

/** A bisection of 2^31 positions keeps at most this many right ends open. */
const LEVELS = 34;
/** KV events are applied in runs of this many words, each prefetched as a whole. */
const RUN_WORDS = 64;

/**
 * Which worker has which KV block, and which it is about to compute. What workers have is exact: it
 * is fed by their KV events. What they are about to compute is the forecast of `Bookings`.
 *
 * Precondition of exact overlaps: a worker that has a block has all blocks before it in the chain.
 * A chained hash names its whole prefix, workers store a prompt's blocks first to last and evict
 * leaf first, so KV events keep it, unless a store was dropped at the cap. Where it fails, the
 * overlap found lies between the first gap and the last hit.
 */
export class PrefixIndex {
  readonly #table: BlockTable;
  readonly #bookings: Bookings;
  readonly #cachedBlocks: Int32Array;
  readonly #alive: Int32Array;
  readonly #gone: Int32Array;
  readonly #rightEnds = new Int32Array(LEVELS);
  readonly #rightMasks: Int32Array;
  #droppedStores = 0;

  /** `capBlocks` bounds the distinct hashes that are cached, and those that are booked. */
  constructor(workers: number, capBlocks: number) {
    this.#table = new BlockTable(workers, capBlocks);
    this.#bookings = new Bookings(workers, capBlocks);
    this.#cachedBlocks = new Int32Array(workers);
    this.#alive = new Int32Array((workers + 31) >>> 5);
    this.#gone = new Int32Array(this.#alive.length);
    this.#rightMasks = new Int32Array(LEVELS * this.#alive.length);
  }

  /** Distinct hashes that at least one worker has. */
  get blocks(): number {
    return this.#table.blocks;
  }

  /**
   * (block, worker) pairs that are booked and not yet stored; zero when no prefill is under way.
   */
  get bookedBits(): number {
    return this.#bookings.bits;
  }

  /** Stores that were lost because the table was at its cap. */
  get droppedStores(): number {
    return this.#droppedStores;
  }

  /** Bookings that were lost because their table was at its cap. */
  get droppedBookings(): number {
    return this.#bookings.dropped;
  }

  /** Blocks that `worker` has. */
  cachedBlocks(worker: number): number {
    return this.#cachedBlocks[worker]!;
  }

  /** `worker` has computed the block, which settles its booking if there was one. */
  store(lo: number, hi: number, worker: number): void {
    const added = this.#table.add(lo, hi, worker);
    if (added === ADDED.added) this.#cachedBlocks[worker] = this.#cachedBlocks[worker]! + 1;
    else if (added === ADDED.full) this.#droppedStores++;
    this.#bookings.settle(lo, hi, worker);
  }

  /** `worker` has evicted the block. */
  remove(lo: number, hi: number, worker: number): void {
    if (!this.#table.remove(lo, hi, worker)) return;
    this.#cachedBlocks[worker] = this.#cachedBlocks[worker]! - 1;
  }

  /**
   * Applies the KV column of an event batch, the first `length` words of `events`: (lo, hi) pairs,
   * `REMOVED_BIT` in `hi` of removals.
   */
  applyEvents(events: Uint32Array, worker: number, length = events.length): void {
    for (let from = 0; from < length; from += RUN_WORDS) {
      const to = Math.min(from + RUN_WORDS, length);
      this.#table.prefetch(events, from, to);
      for (let at = from; at < to; at += HASH_WORDS) {
        const hi = events[at + 1]!;
        if (hi >= REMOVED_BIT) this.remove(events[at]!, hi & ~REMOVED_BIT, worker);
        else this.store(events[at]!, hi, worker);
      }
    }
  }

  /** Foresees that `worker` will compute the blocks fromBlock .. toBlock - 1 of `hashes`. */
  book(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    this.#bookings.book(hashes, fromBlock, toBlock, worker);
  }

  /** Takes back what is left of a booking whose request ended before its prefill did. */
  unbook(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    this.#bookings.unbook(hashes, fromBlock, toBlock, worker);
  }

  /**
   * A request has its first token, so that nothing is left to foresee of its prompt. A worker that
   * had blocks whose stores were dropped at the cap never stores them again: what was booked for
   * them is taken back here. Else every booking is settled by its store, which may come later.
   */
  prefilled(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    if (this.#droppedStores > 0) this.unbook(hashes, fromBlock, toBlock, worker);
  }

  /** Forgets all that `worker` has and was booked for: its cache is lost. */
  clearWorker(worker: number): void {
    this.#table.removeWorker(worker);
    this.#cachedBlocks[worker] = 0;
    this.#bookings.clearWorker(worker);
  }

  /**
   * Writes to `out[worker]` how many leading blocks of `hashes[0 .. blocks)` each worker has, or
   * will have by what it is booked for.
   */
  overlaps(hashes: Uint32Array, blocks: number, out: Int32Array): void {
    out.fill(0);
    if (blocks === 0) return;
    const cached = this.#table.read(hashes[0]!, hashes[1]!, this.#alive, 0);
    for (let word = 0; word < this.#gone.length; word++) this.#gone[word] = ~this.#alive[word]!;
    this.#bookings.climb(this.#gone, 0, hashes, blocks, out);
    if (cached) this.#bisect(hashes, blocks, out);
  }

  /** Visits every (block, worker) pair that is cached, in no particular order. */
  visit(visitor: (lo: number, hi: number, worker: number) => void): void {
    this.#table.visit(visitor);
  }

  /**
   * The set of workers that have a block can only shrink along the chain, so between two blocks
   * with equal sets nothing changes: bisection looks only where they differ, some log2(blocks)
   * lookups for each distinct length. It finds the shortest first.
   */
  #bisect(hashes: Uint32Array, blocks: number, out: Int32Array): void {
    const alive = this.#alive;
    const ends = this.#rightEnds;
    const masks = this.#rightMasks;
    const words = alive.length;
    // `alive` is the set at block `left`. The right ends still to be reached are stacked, the
    // nearest on top; beyond the last block nobody is left.
    let left = 0;
    let top = 0;
    ends[0] = blocks;
    for (let word = 0; word < words; word++) masks[word] = 0;
    while (top >= 0) {
      const right = ends[top]!;
      if (isSubset(alive, masks, top * words)) {
        left = right;
        top--;
      } else if (right === left + 1) {
        const anyLeft = this.#part(top * words, right, out);
        this.#bookings.climb(this.#gone, right, hashes, blocks, out);
        if (!anyLeft) return;
        left = right;
        top--;
      } else {
        const middle = (left + right) >>> 1;
        const at = middle * HASH_WORDS;
        top++;
        ends[top] = middle;
        this.#table.read(hashes[at]!, hashes[at + 1]!, masks, top * words);
      }
    }
  }

  /** Parts from `alive` those that the set at `maskAt` lacks: they have `blocks` blocks. */
  #part(maskAt: number, blocks: number, out: Int32Array): boolean {
    let any = 0;
    for (let word = 0; word < this.#alive.length; word++) {
      const kept = this.#alive[word]! & this.#rightMasks[maskAt + word]!;
      const gone = this.#alive[word]! & ~kept;
      this.#alive[word] = kept;
      this.#gone[word] = gone;
      any |= kept;
      for (let bits = gone; bits !== 0; bits &= bits - 1) {
        out[word * 32 + 31 - Math.clz32(bits & -bits)] = blocks;
      }
    }
    return any !== 0;
  }
}

function isSubset(mask: Int32Array, of: Int32Array, at: number): boolean {
  for (let word = 0; word < mask.length; word++) {
    if ((mask[word]! & ~of[at + word]!) !== 0) return false;
  }
  return true;
}
