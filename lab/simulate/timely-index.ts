import { PrefixIndex } from '../../engine/router/prefix-index.ts';
import type { RouterConfig } from '../../engine/router/smart-router.ts';
import type { EventBatch } from '../../shared/protocol.ts';
import type { ReplayRequest } from './replay-request.ts';

/**
 * What a router would know that hears everything at once: which blocks of a prompt each worker has,
 * and which it will be computing at the latest when its turn comes.
 */
export class TimelyIndex {
  readonly #index: PrefixIndex;
  /** Blocks of the last prompt, for each worker. */
  readonly #heldBlocks: Int32Array;

  constructor({ workers, indexCapBlocks }: RouterConfig) {
    this.#index = new PrefixIndex(workers, indexCapBlocks);
    this.#heldBlocks = new Int32Array(workers);
  }

  /** See `PrefixIndex`: zero once every request has ended and every batch was taken in. */
  get bookedBits(): number {
    return this.#index.bookedBits;
  }

  /** Books a request that has been placed. Returns what each worker held before; overwritten. */
  placed(request: ReplayRequest): Int32Array {
    const { hashes, promptBlocks, worker } = request;
    const held = this.#heldBlocks;
    this.#index.overlaps(hashes, promptBlocks, held);
    request.bookedFrom = held[worker]!;
    this.#index.book(hashes, request.bookedFrom, promptBlocks, worker);
    return held;
  }

  /** A request has its first token. */
  started({ hashes, bookedFrom, promptBlocks, worker }: ReplayRequest): void {
    this.#index.prefilled(hashes, bookedFrom, promptBlocks, worker);
  }

  /** A request has ended before its prefill did. */
  abandoned({ hashes, bookedFrom, promptBlocks, worker }: ReplayRequest): void {
    this.#index.unbook(hashes, bookedFrom, promptBlocks, worker);
  }

  /** Takes in what a worker has stored and evicted. */
  applyBatch(batch: EventBatch): void {
    this.#index.applyEvents(batch.kv.words, batch.worker, batch.kv.length);
  }
}
