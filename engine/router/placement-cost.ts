import { HASH_WORDS } from '../../shared/block-hash.ts';
import type { LoadReport } from '../../shared/protocol.ts';
import { fullness, shortage } from './cache-pressure.ts';
import { CopyAccounts } from './copy-accounts.ts';
import type { ClusterView, RouteRequest } from './routing-policy.ts';
import { StepClock } from './step-clock.ts';
import { loadOf, type StepEstimate } from './step-estimate.ts';
import { WorkRates } from './work-rates.ts';

/** What a cost is the sum of, in microseconds; see `PlacementCost`. */
export const COST_TERMS = [
  'wait',
  'prefill',
  'queue',
  'stall',
  'pace',
  'size',
  'room',
  'evict',
  'copy',
] as const;
export type CostTerm = (typeof COST_TERMS)[number];

/** How much a cost counts what caches save, and what load costs. Both are >= 0. */
export interface CostWeights {
  /** 1 is what caches save; 0 leaves load alone. */
  readonly overlap: number;
  /** 0.5 is what load costs; 0 leaves caches alone. */
  readonly loadBalance: number;
  /** Terms that are left out, to see what they are for. */
  readonly without?: readonly CostTerm[] | undefined;
}

/** What a worker is like, for the cost of placing something on it. */
export interface WorkerModel {
  readonly steps: StepEstimate;
  readonly maxNumBatchedTokens: number;
  readonly cacheTokens: number;
}

/**
 * What a second that tokens come later counts against a second that a first token does. Fitted: of
 * 0.05, 0.1 and 0.25 it has the lowest TTFT p90 on most workloads, at no loss of goodput.
 */
export const TOKEN_DELAY_WEIGHT = 0.1;

/** The share of time that goes to prefill is taken for no more than this. */
const LOAD_MAX = 0.9;

/** What is evicted counts so many times. Fitted: of 1, 2 and 4. */
const EVICTION_WEIGHT = 2;

/** What the costs of one request have in common, on whatever worker: see `PlacementCost`. */
interface Factors {
  /** Tokens that are not cached on the worker with most of the prompt. */
  fewest: number;
  /** What has been put aside for a copy of what that worker has. */
  savedUs: number;
  /** Requests that come to a worker in a microsecond, and l/(1-p) of them. */
  arrivalsPerUs: number;
  comersPerUs: number;
  /** Prefill that each token of the prompt adds for its share in it, and of those that wait. */
  shareUs: number;
  otherShareUs: number;
  /** k O of the pace, k O (d1 - d0)/C of the size, T/C of the room, e h of what is evicted. */
  paceWeight: number;
  sizePerTokenUs: number;
  roomPerTokenUs: number;
  evictWeight: number;
  /** Uncached tokens of a request in the mean, and what each of them that waits adds to n. */
  meanUncached: number;
  joinPerToken: number;
}

/** What is to be known of the cluster to score its workers. */
type ScoredView = Pick<
  ClusterView,
  'atUs' | 'eligible' | 'eligibleCount' | 'overlapBlocks' | 'ledger'
>;

/**
 * What it costs to place a request on a worker, in microseconds that it and others lose:
 *
 *     wait      s + F(P + U) - F(U)     until what waits there is computed
 *     prefill   F(U)                    until what is not cached there is
 *     queue     x (wait + x/2) l/(1-p)  for those who come while it waits and is computed
 *     stall     (k R + n) x             for those that run there, and those whose step it joins
 *     pace      k O (d/(1-p(w)) - d0)   for its own tokens: the worker is full, or prefills
 *     size      k R O (d1 - d0) U/C     for the tokens of others, while its context is there too
 *     room      R U/C T f               for those who wait while it holds room that is short
 *     evict     e h (x - x0) g          for those who will miss what has to go for one more copy
 *     copy      what is put aside for a copy of its prefix there, taken off: see `CopyAccounts`
 *
 * of a worker whose step under way ends in s, with P tokens of prefill that have not begun, of some
 * n requests, R active requests and D of its C tokens of cache in use, where the request has U
 * tokens that are not cached. F is the time of the steps that compute as many tokens in chunks, d a
 * step that only decodes at D, d0 and d1 one at an empty and at a full cache, all by the worker's
 * own step model. x is the prefill in F(U), less half of what a prefill takes to start if another
 * one starts with it: as likely as there are others, of the n or to come within s. l requests come
 * to a worker in a microsecond, and it prefills for the share p of its time, p(w) for this one. T
 * is how long a request stays, the active requests over the rate at which they come (Little's law),
 * and O the gaps between tokens in it, at the mean of d/(1-p(w)). k is `TOKEN_DELAY_WEIGHT`, and f
 * how likely room is short (`shortage`). x0 is the prefill on the worker with most of the prompt:
 * what others hold is had once more. h are the tokens that hit for each that missed, which is what
 * a cached token saves in its time, e is `EVICTION_WEIGHT`, and g how full the cache is, of what is
 * in use or not (`fullness`). `queue` is what a job costs those behind it in a queue that is first
 * come, first served (Haviv and Ritov, "Externalities, tangible externalities, and queue
 * disciplines", 1998).
 *
 * The overlap weight scales what more than the fewest uncached tokens of any worker costs in F(U)
 * and x; the load weight, as twice its value, all but prefill, evict and copy.
 */
export class PlacementCost {
  readonly #blockSize: number;
  readonly #model: WorkerModel;
  readonly #overlap: number;
  readonly #load: number;
  /** 1 for each term, or 0 where it is left out. */
  readonly #has: Readonly<Record<CostTerm, number>>;
  readonly #rates: WorkRates;
  readonly #copies = new CopyAccounts();
  readonly #clock: StepClock;
  /** Of each eligible worker; not a number of others. */
  readonly costUs: Float64Array;
  /** A row of `COST_TERMS` for each worker, filled in where `explains`. */
  readonly termsUs: Float32Array;
  readonly #explains: boolean;
  // Of each eligible worker: see `#lookAtSteps`.
  readonly #leftUs: Float64Array;
  readonly #pendingTokens: Float64Array;
  readonly #stepUs: Float64Array;
  readonly #decodeUs: Float64Array;
  readonly #paceUs: Float64Array;
  /** How likely another prefill starts with one that is placed there. */
  readonly #sharing: Float64Array;
  readonly #stallWeight: number;
  readonly #idleStepUs: number;
  /** How much longer a step that decodes takes at a full cache than at an empty one. */
  readonly #fillUs: number;

  readonly #factors: Factors = {
    fewest: Number.NaN,
    savedUs: Number.NaN,
    arrivalsPerUs: Number.NaN,
    comersPerUs: Number.NaN,
    shareUs: Number.NaN,
    otherShareUs: Number.NaN,
    paceWeight: Number.NaN,
    sizePerTokenUs: Number.NaN,
    roomPerTokenUs: Number.NaN,
    evictWeight: Number.NaN,
    meanUncached: Number.NaN,
    joinPerToken: Number.NaN,
  };
  /** When the last request came. */
  #atUs = 0;
  /** Blocks of the last request's prompt on the worker with most of it. */
  #mostBlocks = 0;
  /** Mean gap between the tokens of an answer, over the workers, as the last request found it. */
  #meanGapUs = 0;
  /** The lowest cost if every worker had of the prompt what the one with most of it has. */
  #copiedMinUs = 0;

  constructor(
    workers: number,
    blockSize: number,
    model: WorkerModel,
    weights: CostWeights,
    explains: boolean,
  ) {
    this.#blockSize = blockSize;
    this.#model = model;
    this.#overlap = weights.overlap;
    this.#load = 2 * weights.loadBalance;
    this.#has = shares(weights.without ?? []);
    this.#rates = new WorkRates(workers);
    this.#clock = new StepClock(workers);
    this.#leftUs = new Float64Array(workers);
    this.#pendingTokens = new Float64Array(workers);
    this.#stepUs = new Float64Array(workers);
    this.#decodeUs = new Float64Array(workers);
    this.#paceUs = new Float64Array(workers);
    this.#sharing = new Float64Array(workers);
    this.costUs = new Float64Array(workers);
    this.#explains = explains;
    this.#stallWeight = this.#has.stall * TOKEN_DELAY_WEIGHT;
    this.#idleStepUs = model.steps.decodeStepUs(1, 0);
    this.#fillUs = model.steps.decodeStepUs(1, 1) - this.#idleStepUs;
    this.termsUs = new Float32Array(explains ? workers * COST_TERMS.length : 0);
  }

  /**
   * Fills in `costUs` for a request that is to be placed, and returns the lowest. All that it needs
   * of a worker is written out here: calls would cost more than what they compute.
   */
  score(request: RouteRequest, view: ScoredView): number {
    const { eligible, overlapBlocks, ledger } = view;
    this.#begin(request, view);
    this.#lookAtSteps(view);
    const { costUs } = this;
    const blockSize = this.#blockSize;
    const load = this.#load;
    const { fewest, savedUs, comersPerUs, shareUs, otherShareUs } = this.#factors;
    const { sizePerTokenUs, roomPerTokenUs, evictWeight, joinPerToken } = this.#factors;
    const halfPerUs = (load * comersPerUs) / 2;
    const { cacheTokens, maxNumBatchedTokens: chunk } = this.#model;
    const { prefill } = this.#model.steps;
    const square = prefill.squareUs;
    let minUs = Number.POSITIVE_INFINITY;
    let copiedMinUs = Number.POSITIVE_INFINITY;
    for (let worker = 0; worker < costUs.length; worker++) {
      costUs[worker] = Number.NaN;
      if (eligible[worker] === 0) continue;
      const uncached = request.promptTokens - overlapBlocks[worker]! * blockSize;
      const tokens = fewest + this.#overlap * (uncached - fewest);
      const active = ledger.activeRequests(worker);
      const pending = this.#pendingTokens[worker]!;
      const inUse = (ledger.decodeBlocks(worker) * blockSize) / cacheTokens;
      const stepUs = this.#stepUs[worker]!;
      const slow = loadOf(prefill, active + 1);
      const startUs = prefill.startUs * slow;
      const tokenUs = prefill.loadsTokens ? prefill.tokenUs * slow : prefill.tokenUs;
      const chunks = chunksOf(tokens, chunk);
      let waitUs = this.#leftUs[worker]!;
      const sharedUs = (startUs / 2) * this.#sharing[worker]!;
      if (pending > 0) {
        const us = tokenUs + otherShareUs;
        const all = pending + tokens;
        waitUs += chunkedUs(all, startUs, us, square, chunk) + chunksOf(all, chunk) * stepUs;
        waitUs -= chunkedUs(tokens, startUs, us, square, chunk) + chunks * stepUs;
      }
      const us = tokenUs + shareUs;
      // What each microsecond of its prefill costs others, but for those who come meanwhile.
      const stallPerUs = this.#stallWeight * active + joinPerToken * pending;
      const othersPerUs = load * (comersPerUs * waitUs + stallPerUs);
      const restUs = load * (this.#has.wait * waitUs + this.#paceUs[worker]!);
      let prefillUs = chunkedUs(fewest, startUs, us, square, chunk);
      const shortUs = roomPerTokenUs * shortage(inUse + fewest / cacheTokens);
      let holdUs = active * fewest * (sizePerTokenUs + shortUs);
      let computeUs = prefillUs + chunksOf(fewest, chunk) * stepUs;
      prefillUs -= sharedUs;
      let othersUs = prefillUs * (othersPerUs + halfPerUs * prefillUs) + load * holdUs;
      const copiedUs = restUs + computeUs + othersUs;
      let placedUs = copiedUs;
      let evictUs = 0;
      let copyUs = 0;
      if (tokens > fewest) {
        const leastUs = prefillUs;
        prefillUs = chunkedUs(tokens, startUs, us, square, chunk);
        const shortUs = roomPerTokenUs * shortage(inUse + tokens / cacheTokens);
        holdUs = active * tokens * (sizePerTokenUs + shortUs);
        computeUs = prefillUs + chunks * stepUs;
        prefillUs -= sharedUs;
        othersUs = prefillUs * (othersPerUs + halfPerUs * prefillUs) + load * holdUs;
        const full = fullness((ledger.heldBlocks(worker) * blockSize) / cacheTokens);
        evictUs = evictWeight * full * (prefillUs - leastUs);
        placedUs = restUs + computeUs + othersUs + evictUs;
        copyUs = Math.min(savedUs, placedUs - copiedUs);
        placedUs -= copyUs;
      }
      if (this.#explains) {
        this.#explain(worker, stallPerUs, waitUs, computeUs, prefillUs);
        this.#explainCache(worker, active * tokens, holdUs, evictUs, copyUs);
      }
      costUs[worker] = placedUs;
      if (placedUs < minUs) minUs = placedUs;
      if (copiedUs < copiedMinUs) copiedMinUs = copiedUs;
    }
    this.#copiedMinUs = copiedMinUs;
    return minUs;
  }

  /** What `worker` reported in a batch that ended at `endUs`. */
  reported(worker: number, load: LoadReport, endUs: number): void {
    this.#clock.report(worker, load, endUs);
  }

  /** The request that was scored last has been placed on `worker`. */
  booked(request: RouteRequest, worker: number, overlapBlocks: number): void {
    const { promptTokens, hashes } = request;
    const { steps, maxNumBatchedTokens } = this.#model;
    const tokens = promptTokens - overlapBlocks * this.#blockSize;
    const chunks = Math.max(1, tokens / maxNumBatchedTokens);
    const prefillUs = chunks * steps.prefillUs(tokens / chunks, promptTokens, 1);
    const begun = this.#clock.place(worker, Math.min(tokens, maxNumBatchedTokens), this.#atUs);
    if (begun > 0) {
      const stepUs = steps.prefillUs(begun, promptTokens, 1) + this.#decodeUs[worker]!;
      this.#clock.expectEnd(worker, this.#atUs + stepUs);
    }
    const sharedUs = (steps.prefill.startUs / 2) * this.#sharing[worker]!;
    this.#rates.add(worker, prefillUs - sharedUs, promptTokens, promptTokens - tokens);
    const most = this.#mostBlocks;
    if (most === 0) return;
    const at = (most - 1) * HASH_WORDS;
    if (overlapBlocks < most) {
      this.#copies.spend(hashes[at]!, hashes[at + 1]!);
    } else if (this.costUs[worker]! > this.#copiedMinUs) {
      this.#copies.save(hashes[at]!, hashes[at + 1]!, this.costUs[worker]! - this.#copiedMinUs);
    }
  }

  /** `worker` has crashed: what it was given is lost. */
  forget(worker: number): void {
    this.#rates.forget(worker);
    this.#clock.forget(worker);
  }

  /** What all workers have in common for this request. */
  #begin({ promptTokens, hashes }: RouteRequest, view: ScoredView): void {
    const { atUs, eligible, eligibleCount, overlapBlocks, ledger } = view;
    const rates = this.#rates;
    const factors = this.#factors;
    let most = 0;
    let active = 0;
    for (let worker = 0; worker < eligible.length; worker++) {
      if (eligible[worker] === 0) continue;
      active += ledger.activeRequests(worker);
      if (overlapBlocks[worker]! > most) most = overlapBlocks[worker]!;
    }
    this.#mostBlocks = most;
    factors.fewest = promptTokens - most * this.#blockSize;
    const at = (most - 1) * HASH_WORDS;
    const saves = most > 0 && this.#has.copy > 0;
    factors.savedUs = !saves ? 0 : this.#copies.savedUs(hashes[at]!, hashes[at + 1]!);
    this.#atUs = atUs;
    rates.advance(atUs);
    factors.meanUncached = rates.uncachedTokens || promptTokens;
    factors.joinPerToken = this.#has.stall / factors.meanUncached;
    factors.arrivalsPerUs = rates.arrivalsPerUs / eligibleCount;
    const idle = 1 - Math.min(LOAD_MAX, rates.prefillLoad / eligibleCount);
    factors.comersPerUs = (this.#has.queue * rates.arrivalsPerUs) / eligibleCount / idle;
    const stayUs = rates.stayUs(active);
    const outputTokens = this.#meanGapUs === 0 ? 0 : stayUs / this.#meanGapUs;
    const { steps, cacheTokens } = this.#model;
    factors.shareUs = steps.prefill.promptUs / promptTokens;
    factors.otherShareUs = steps.prefill.promptUs / (rates.promptTokens || promptTokens);
    const slowdownUs = (TOKEN_DELAY_WEIGHT * outputTokens * this.#fillUs) / cacheTokens;
    factors.sizePerTokenUs = this.#has.size * slowdownUs;
    factors.paceWeight = this.#has.pace * TOKEN_DELAY_WEIGHT * outputTokens;
    factors.roomPerTokenUs = (this.#has.room * stayUs) / cacheTokens;
    factors.evictWeight = this.#has.evict * EVICTION_WEIGHT * rates.hitsPerMiss;
  }

  /** What the steps of each worker are like: the one under way, and those that only decode. */
  #lookAtSteps({ eligible, eligibleCount, ledger }: ScoredView): void {
    const { steps, cacheTokens } = this.#model;
    const { paceWeight, meanUncached, arrivalsPerUs } = this.#factors;
    let gapSumUs = 0;
    for (let worker = 0; worker < eligible.length; worker++) {
      if (eligible[worker] === 0) continue;
      const active = ledger.activeRequests(worker);
      const inUse = (ledger.decodeBlocks(worker) * this.#blockSize) / cacheTokens;
      const stepUs = steps.decodeStepUs(active + 1, Math.min(1, inUse));
      const gapUs = stepUs / (1 - Math.min(LOAD_MAX, this.#rates.prefillLoadOf(worker)));
      gapSumUs += gapUs;
      this.#stepUs[worker] = stepUs;
      this.#decodeUs[worker] = active > 0 ? stepUs : 0;
      this.#paceUs[worker] = paceWeight * (gapUs - this.#idleStepUs);
      const begun = this.#clock.begunTokens(worker, this.#atUs);
      const pending = Math.max(0, ledger.prefillTokensPending(worker) - begun);
      this.#pendingTokens[worker] = pending;
      const leftUs = this.#clock.leftUs(worker, this.#atUs);
      this.#leftUs[worker] = leftUs;
      this.#sharing[worker] = Math.min(1, pending / meanUncached + arrivalsPerUs * leftUs);
    }
    this.#meanGapUs = gapSumUs / eligibleCount;
  }

  /** The terms of time, of the first five places. */
  #explain(
    worker: number,
    stallPerUs: number,
    waitUs: number,
    computeUs: number,
    prefillUs: number,
  ): void {
    const { termsUs } = this;
    const load = this.#load;
    const at = worker * COST_TERMS.length;
    termsUs[at] = load * this.#has.wait * waitUs;
    termsUs[at + 1] = computeUs;
    termsUs[at + 2] = load * this.#factors.comersPerUs * prefillUs * (waitUs + prefillUs / 2);
    termsUs[at + 3] = load * stallPerUs * prefillUs;
    termsUs[at + 4] = load * this.#paceUs[worker]!;
  }

  /** The terms of the cache, of the other four. */
  #explainCache(
    worker: number,
    activeTokens: number,
    holdUs: number,
    evictUs: number,
    copyUs: number,
  ): void {
    const { termsUs } = this;
    const load = this.#load;
    const at = worker * COST_TERMS.length;
    const sizeUs = activeTokens * this.#factors.sizePerTokenUs;
    termsUs[at + 5] = load * sizeUs;
    termsUs[at + 6] = load * (holdUs - sizeUs);
    termsUs[at + 7] = evictUs;
    termsUs[at + 8] = -copyUs;
  }
}

/** Steps of `chunk` tokens that so many take; not a whole number, so that none more is a jump. */
function chunksOf(tokens: number, chunk: number): number {
  return tokens <= chunk ? 1 : tokens / chunk;
}

function shares(without: readonly CostTerm[]): Record<CostTerm, number> {
  const has = COST_TERMS.map((term) => [term, without.includes(term) ? 0 : 1]);
  return Object.fromEntries(has);
}

/** A prefill in chunks of `chunk` tokens at most: of t tokens, start + t (token + square t). */
function chunkedUs(
  tokens: number,
  startUs: number,
  tokenUs: number,
  squareUs: number,
  chunk: number,
): number {
  if (tokens <= chunk) return startUs + tokens * (tokenUs + squareUs * tokens);
  return (tokens / chunk) * (startUs + chunk * (tokenUs + squareUs * chunk));
}
