import { HASH_WORDS } from '../../shared/block-hash.ts';
import { ADDED, BlockTable } from './block-table.ts';

/** Rungs per octave, as a power of two, once depths are large enough to skip some. */
const RUNGS_LOG2 = 3;

/**
 * Which prompts a worker has been chosen to compute and has not stored yet. Without this forecast a
 * burst of prompts with a common prefix would miss everywhere and scatter before the first KV
 * event.
 *
 * A booking is kept for its last block and for the rungs of a ladder: depths 1 to 16, then 8 to an
 * octave. So a prompt of 256 blocks costs 48 entries instead of 256, equal prompts match in full,
 * and of a shared prefix more than 7/8 is found. A lookup climbs from where a worker's cache ends,
 * which is where the worker's bookings begin, and so looks at one rung in the common case that
 * nothing is booked there.
 */
export class Bookings {
  readonly #table: BlockTable;
  readonly #climbers: Int32Array;
  readonly #atRung: Int32Array;
  #bits = 0;
  #dropped = 0;

  constructor(workers: number, capBlocks: number) {
    this.#table = new BlockTable(workers, capBlocks);
    this.#climbers = new Int32Array((workers + 31) >>> 5);
    this.#atRung = new Int32Array((workers + 31) >>> 5);
  }

  /** (block, worker) pairs that are booked. */
  get bits(): number {
    return this.#bits;
  }

  /** Entries that were lost because the table was at its cap. */
  get dropped(): number {
    return this.#dropped;
  }

  book(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    for (let depth = fromBlock; depth < toBlock; ) {
      depth = nextDepth(depth, toBlock);
      const at = (depth - 1) * HASH_WORDS;
      const added = this.#table.add(hashes[at]!, hashes[at + 1]!, worker);
      if (added === ADDED.added) this.#bits++;
      else if (added === ADDED.full) this.#dropped++;
    }
  }

  /** Takes back what is left of a booking. */
  unbook(hashes: Uint32Array, fromBlock: number, toBlock: number, worker: number): void {
    for (let depth = fromBlock; depth < toBlock; ) {
      depth = nextDepth(depth, toBlock);
      const at = (depth - 1) * HASH_WORDS;
      this.settle(hashes[at]!, hashes[at + 1]!, worker);
    }
  }

  /** `worker` has computed the block, booked or not. */
  settle(lo: number, hi: number, worker: number): void {
    if (this.#bits > 0 && this.#table.remove(lo, hi, worker)) this.#bits--;
  }

  clearWorker(worker: number): void {
    this.#bits -= this.#table.removeWorker(worker);
  }

  /**
   * Lets `workers` (a bitmap), whose caches end at `depth`, climb the ladder of the first `blocks`
   * hashes for as long as they are booked, and writes how far each gets to `depths[worker]`.
   */
  climb(
    workers: Int32Array,
    depth: number,
    hashes: Uint32Array,
    blocks: number,
    depths: Int32Array,
  ): void {
    if (this.#bits === 0) return;
    for (let word = 0; word < workers.length; word++) this.#climbers[word] = workers[word]!;
    for (let rung = depth; rung < blocks; ) {
      rung = nextDepth(rung, blocks);
      const at = (rung - 1) * HASH_WORDS;
      if (!this.#table.read(hashes[at]!, hashes[at + 1]!, this.#atRung, 0)) return;
      if (!this.#keep(rung, depths)) return;
    }
  }

  /** Keeps the climbers that are booked at the rung of `depth`. Says whether there are any. */
  #keep(depth: number, depths: Int32Array): boolean {
    let any = 0;
    for (let word = 0; word < this.#climbers.length; word++) {
      const kept = this.#climbers[word]! & this.#atRung[word]!;
      this.#climbers[word] = kept;
      any |= kept;
      for (let bits = kept; bits !== 0; bits &= bits - 1) {
        depths[word * 32 + 31 - Math.clz32(bits & -bits)] = depth;
      }
    }
    return any !== 0;
  }
}

/** The next depth above `depth` that has an entry: a rung, or the end of the prompt. */
export function nextDepth(depth: number, end: number): number {
  const spacingLog2 = Math.max(31 - Math.clz32(depth) - RUNGS_LOG2, 0);
  return Math.min(((depth >>> spacingLog2) + 1) << spacingLog2, end);
}
