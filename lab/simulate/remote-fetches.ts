import type { SimulatedWorker } from '../../engine/worker/worker.ts';
import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import type { WorkerId } from '../../shared/ids.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import type { SubmitCommand, WorkerConfig } from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';
import { PrefillTime } from '../measure/prefill-time.ts';
import type { RemoteFetch } from './replay-config.ts';

/** What a request waits for before it reaches its worker. */
export interface Transfer {
  readonly blocks: number;
  readonly transferUs: number;
}

/** A submit that waits for the first `blocks` blocks of its prompt. */
interface Pending {
  readonly command: SubmitCommand;
  readonly blocks: number;
}

/**
 * Pulls prefixes from one worker's cache into another's, as Mooncake's global cache does (FAST'25,
 * algorithm 1): a request that has been placed waits for blocks which some other worker has and its
 * own has not, if the transfer is faster than computing them. A transfer holds no blocks while it
 * is under way, has a fixed bandwidth to itself, and is not affected by evictions after it began.
 * What arrives is in the worker's cache like anything else there. A later request for the same
 * worker can overtake one that waits.
 */
export class RemoteFetches {
  readonly #link: RemoteFetch;
  readonly #config: WorkerConfig;
  readonly #workers: readonly SimulatedWorker[];
  readonly #prefill: PrefillTime;
  readonly #arrivals = new IndexedHeap();
  readonly #pending: (Pending | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #started = 0;

  constructor(link: RemoteFetch, config: WorkerConfig, workers: readonly SimulatedWorker[]) {
    this.#link = link;
    this.#config = config;
    this.#workers = workers;
    this.#prefill = new PrefillTime(config);
  }

  /** When the next transfer ends, or `Infinity`. */
  nextUs(): number {
    return this.#arrivals.peekKey();
  }

  /**
   * Starts a transfer for `command` if one pays. Undefined: the command can go to its worker now.
   */
  start(command: SubmitCommand): Transfer | undefined {
    const { hashes, arrivedUs } = command;
    const { promptTokens } = command.spec;
    const { blockSize } = this.#config;
    // The last token of a prompt is computed in any case.
    const usable = Math.min(Math.floor((promptTokens - 1) / blockSize), hashes.length / HASH_WORDS);
    const own = this.#workers[command.worker]!.cachedBlocks(hashes, usable);
    let blocks = own;
    for (const worker of this.#workers) {
      if (blocks === usable) break;
      blocks = Math.max(blocks, worker.cachedBlocks(hashes, usable));
    }
    if (blocks === own) return undefined;
    const { bytesPerToken, bytesPerSecond } = this.#link;
    const bytes = (blocks - own) * blockSize * bytesPerToken;
    const transferUs = Math.ceil((bytes / bytesPerSecond) * 1e6);
    const computeUs =
      this.#prefill.us(promptTokens, promptTokens - own * blockSize) -
      this.#prefill.us(promptTokens, promptTokens - blocks * blockSize);
    if (transferUs >= computeUs) return undefined;
    const slot = this.#freeSlots.pop() ?? this.#pending.length;
    this.#pending[slot] = { command, blocks };
    this.#arrivals.set(slot, arrivedUs + transferUs, this.#started++);
    return { blocks: blocks - own, transferUs };
  }

  /**
   * Ends the next transfer, at its time. Returns the worker that got the blocks and the request.
   */
  deliver(): WorkerId {
    const atUs = timeUs(this.#arrivals.peekKey());
    const slot = this.#arrivals.pop();
    const pending = this.#pending[slot];
    assert(pending !== undefined, 'a transfer is under way');
    this.#pending[slot] = undefined;
    this.#freeSlots.push(slot);
    const { command, blocks } = pending;
    const worker = this.#workers[command.worker]!;
    worker.receiveBlocks(command.hashes, blocks);
    const expectedCachedTokens = blocks * this.#config.blockSize;
    worker.submit({ ...command, arrivedUs: atUs, expectedCachedTokens });
    return command.worker;
  }
}
