import type { WorkerConfig } from '../../shared/protocol.ts';
import type { ReplayRequest } from '../simulate/replay-request.ts';
import { PrefillTime } from './prefill-time.ts';

/** Columns of a decision. */
const ARRIVED_US = 0;
const PROMPT_TOKENS = 1;
const WORKER = 2;
const COUNTED = 3;
/** When it was out of the way of those behind it, or `UNKNOWN`. */
const BEGUN_US = 4;
const COLUMNS = 5;

const UNKNOWN = -1;

/** Decisions for which there is room at first; a power of two. */
const CAPACITY = 64;
/** Prefill times of one decision that are kept; a power of two. */
const KNOWN = 16;

/** Told the regret of each decision of the statistics, in the order in which they were taken. */
export interface RegretListener {
  regret(regretUs: number): void;
}

/** What is to be known of a request that has been placed. */
export type PlacedRequest = Pick<
  ReplayRequest,
  'arrivedUs' | 'promptTokens' | 'worker' | 'counted'
>;

/**
 * What decisions cost against the best choice in hindsight, in microseconds. For a request that was
 * placed at time t, with what is known once all requests placed before it have got their first
 * token:
 *
 *     estimate(w) = max(0, F(w) - t) + prefill(w)
 *     regret = estimate(chosen) - min over w of estimate(w)
 *
 * F(w) is when the last of the requests that had been placed on w before it was out of its way, as
 * `begun` is told; 0 if there is none. prefill(w) is `PrefillTime` of the part of the prompt that w
 * did not hold. The estimate leaves out answers in progress, which slow steps down, and blocks that
 * are evicted before the prefill or fetched from another worker. It judges each decision by itself:
 * what another choice would have changed for later requests is not in it.
 *
 * Decisions are judged in order, each as soon as all requests before it have begun. Those that
 * cannot be judged yet are kept in a ring, whose memory grows with the number of requests that come
 * in while one waits. Judging one takes O(workers).
 */
export class Hindsight {
  readonly #workers: number;
  readonly #blockSize: number;
  readonly #prefill: PrefillTime;
  readonly #listener: RegretListener;
  /** F of each worker for the decision that is judged next. */
  readonly #freeUs: Float64Array;
  /** Prefill times that were computed for this decision, by the blocks that a worker holds. */
  readonly #knownBlocks = new Int32Array(KNOWN);
  readonly #knownUs = new Float64Array(KNOWN);
  #capacity = CAPACITY;
  /** `COLUMNS` for each decision. */
  #rows = new Float64Array(CAPACITY * COLUMNS);
  /** Blocks of the prompt that each worker held, for each decision. */
  #heldBlocks: Int32Array;
  /** Number of the first request that has not begun. Its own decision has been judged. */
  #head = 0;
  /** Number of requests that have been placed. */
  #placed = 0;

  constructor(workers: number, config: WorkerConfig, listener: RegretListener) {
    this.#workers = workers;
    this.#blockSize = config.blockSize;
    this.#prefill = new PrefillTime(config);
    this.#listener = listener;
    this.#freeUs = new Float64Array(workers);
    this.#heldBlocks = new Int32Array(CAPACITY * workers);
  }

  /** Requests from the first one on that has not begun. */
  get open(): number {
    return this.#placed - this.#head;
  }

  /**
   * A request has been placed when worker w held, or was about to compute, `heldBlocks[w]` blocks
   * of its prompt. Requests are numbered from 0 in the order of these calls.
   */
  placed(request: PlacedRequest, heldBlocks: Int32Array): void {
    if (this.open === this.#capacity) this.#grow();
    const row = this.#placed & (this.#capacity - 1);
    const rows = this.#rows;
    const at = row * COLUMNS;
    rows[at + ARRIVED_US] = request.arrivedUs;
    rows[at + PROMPT_TOKENS] = request.promptTokens;
    rows[at + WORKER] = request.worker;
    rows[at + COUNTED] = Number(request.counted);
    rows[at + BEGUN_US] = UNKNOWN;
    this.#heldBlocks.set(heldBlocks, row * this.#workers);
    this.#placed++;
    if (this.open === 1) this.#judge(row);
  }

  /**
   * From `atUs` on request `number` kept no later one waiting. Once for each request, also for one
   * that was rejected.
   */
  begun(number: number, atUs: number): void {
    this.#rows[(number & (this.#capacity - 1)) * COLUMNS + BEGUN_US] = atUs;
    if (number === this.#head) this.#catchUp();
  }

  /** Judges all decisions up to that of the first request that has not begun. */
  #catchUp(): void {
    const rows = this.#rows;
    const freeUs = this.#freeUs;
    const mask = this.#capacity - 1;
    while (this.#head < this.#placed) {
      const at = (this.#head & mask) * COLUMNS;
      const begunUs = rows[at + BEGUN_US]!;
      if (begunUs === UNKNOWN) return;
      const worker = rows[at + WORKER]!;
      if (begunUs > freeUs[worker]!) freeUs[worker] = begunUs;
      this.#head++;
      if (this.#head < this.#placed) this.#judge(this.#head & mask);
    }
  }

  #judge(row: number): void {
    const at = row * COLUMNS;
    if (this.#rows[at + COUNTED] === 0) return;
    const arrivedUs = this.#rows[at + ARRIVED_US]!;
    const promptTokens = this.#rows[at + PROMPT_TOKENS]!;
    const chosen = this.#rows[at + WORKER]!;
    const freeUs = this.#freeUs;
    const heldBlocks = this.#heldBlocks;
    const heldAt = row * this.#workers;
    this.#knownBlocks.fill(UNKNOWN);
    const chosenUs =
      Math.max(0, freeUs[chosen]! - arrivedUs) +
      this.#prefillUs(promptTokens, heldBlocks[heldAt + chosen]!);
    let bestUs = chosenUs;
    for (let worker = 0; worker < freeUs.length; worker++) {
      const waitUs = Math.max(0, freeUs[worker]! - arrivedUs);
      if (waitUs >= bestUs) continue;
      const us = waitUs + this.#prefillUs(promptTokens, heldBlocks[heldAt + worker]!);
      if (us < bestUs) bestUs = us;
    }
    this.#listener.regret(chosenUs - bestUs);
  }

  /** Of one decision: few workers differ in what they hold. */
  #prefillUs(promptTokens: number, heldBlocks: number): number {
    const slot = heldBlocks & (KNOWN - 1);
    if (this.#knownBlocks[slot] !== heldBlocks) {
      // The last prompt token is always computed, since it yields the first output token.
      const usableBlocks = Math.floor((promptTokens - 1) / this.#blockSize);
      const cachedTokens = Math.min(heldBlocks, usableBlocks) * this.#blockSize;
      this.#knownBlocks[slot] = heldBlocks;
      this.#knownUs[slot] = this.#prefill.us(promptTokens, promptTokens - cachedTokens);
    }
    return this.#knownUs[slot]!;
  }

  /** Twice the ring is the ring twice: each number finds its row in one of the two copies. */
  #grow(): void {
    const rows = new Float64Array(2 * this.#rows.length);
    rows.set(this.#rows);
    rows.set(this.#rows, this.#rows.length);
    this.#rows = rows;
    const heldBlocks = new Int32Array(2 * this.#heldBlocks.length);
    heldBlocks.set(this.#heldBlocks);
    heldBlocks.set(this.#heldBlocks, this.#heldBlocks.length);
    this.#heldBlocks = heldBlocks;
    this.#capacity *= 2;
  }
}
