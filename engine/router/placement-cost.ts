import { HASH_WORDS } from '../../shared/block-hash.ts';
import { CopyAccounts } from './copy-accounts.ts';
import type { LoadLedger } from './load-ledger.ts';
import type { ClusterView, RouteRequest } from './routing-policy.ts';
import type { StepEstimate } from './step-estimate.ts';
import { WorkRates } from './work-rates.ts';

/** What a cost is the sum of, in microseconds; see `PlacementCost`. */
export const COST_TERMS = ['wait', 'prefill', 'queue', 'stall', 'pace', 'room', 'copy'] as const;
export type CostTerm = (typeof COST_TERMS)[number];

/** How much a cost counts what caches save, and what load costs. Both are >= 0. */
export interface CostWeights {
  /** 1 is what caches save; 0 leaves load alone. */
  readonly overlap: number;
  /** 0.5 is what load costs; 0 leaves caches alone. */
  readonly loadBalance: number;
}

/** What a worker is like, for the cost of placing something on it. */
export interface WorkerModel {
  readonly steps: StepEstimate;
  readonly maxNumBatchedTokens: number;
  readonly cacheTokens: number;
}

/**
 * What a second that tokens come later counts against a second that a first token does. Chosen: the
 * ratio of 2 s to first token to 343 tokens at 25 ms, the objectives and the mean answer of the
 * conversation trace, is 0.23.
 */
export const TOKEN_DELAY_WEIGHT = 0.25;

/** The share of time that goes to prefill is taken for no more than this. */
const LOAD_MAX = 0.9;

/** Shares of the cache in use between which room becomes short: what is in use goes up and down. */
const SHORT_FROM = 0.8;
const SHORT_TO = 1.2;

/** What is to be known of the cluster to score its workers. */
type ScoredView = Pick<
  ClusterView,
  'atUs' | 'eligible' | 'eligibleCount' | 'overlapBlocks' | 'ledger'
>;

/**
 * What it costs to place a request on a worker, in microseconds that it and others lose:
 *
 *     wait      F(P + U) - F(U)         until what waits there is computed
 *     prefill   F(U)                    until what is not cached there is
 *     queue     x (wait + x/2) l/(1-p)  for those who come while it waits and is computed
 *     stall     k R x                   for the tokens of those that run there
 *     pace      k O (d/(1-p(w)) - d0)   for its own tokens: the worker is full, or prefills
 *     room      R U/C T f               for those who wait while it holds room that is short
 *     copy      what is put aside for a copy of its prefix there, taken off: see `CopyAccounts`
 *
 * of a worker with P tokens of prefill pending, R active requests and D of its C tokens of cache in
 * use, where the request has U tokens that are not cached. F is the time of the steps that compute
 * as many tokens in chunks, x the prefill in it, d a step that only decodes at D, d0 one at none,
 * all by the worker's own step model. l requests come to a worker in a microsecond, and it prefills
 * for the share p of its time, p(w) for this one. T is how long a request stays, the active
 * requests over the rate at which they come (Little's law), and O the gaps between tokens in it, at
 * the mean of d/(1-p(w)). k is `TOKEN_DELAY_WEIGHT`, and f how likely room is short (`shortage`).
 * `queue` is what a job costs those behind it in a queue that is first come, first served (Haviv
 * and Ritov, "Externalities, tangible externalities, and queue disciplines", 1998).
 *
 * The overlap weight scales what more than the fewest uncached tokens of any worker costs in F(U)
 * and x; the load weight, as twice its value, all but prefill and copy.
 */
export class PlacementCost {
  readonly #blockSize: number;
  readonly #model: WorkerModel;
  readonly #overlap: number;
  readonly #load: number;
  readonly #rates: WorkRates;
  readonly #copies = new CopyAccounts();
  /** Of each eligible worker; not a number of others. */
  readonly costUs: Float64Array;
  /** A row of `COST_TERMS` for each worker, filled in where `explains`. */
  readonly termsUs: Float64Array;
  readonly #explains: boolean;

  // Of the request: see `#begin`.
  #promptTokens = 0;
  #mostBlocks = 0;
  #fewestTokens = 0;
  #savedUs = 0;
  #comersPerUs = 0;
  #stayUs = 0;
  #outputTokens = 0;
  /** Of the workers that were met for this request, and their mean of the request before it. */
  #gapSumUs = 0;
  #meanGapUs = 0;
  /** The lowest cost if every worker had of the prompt what the one with most of it has. */
  #copiedMinUs = 0;

  // Of the worker that was met last, and of what it would cost there.
  #active = 0;
  #inUse = 0;
  #stepUs = 0;
  #waitUs = 0;
  #paceUs = 0;
  #computeUs = 0;
  #queueUs = 0;
  #stallUs = 0;
  #roomUs = 0;

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
    this.#rates = new WorkRates(workers);
    this.costUs = new Float64Array(workers);
    this.#explains = explains;
    this.termsUs = new Float64Array(explains ? workers * COST_TERMS.length : 0);
  }

  /** Fills in `costUs` for a request that is to be placed at `atUs`, and returns the lowest. */
  score(request: RouteRequest, view: ScoredView): number {
    const { eligible, overlapBlocks, ledger } = view;
    const costUs = this.costUs;
    this.#begin(request, view);
    let minUs = Number.POSITIVE_INFINITY;
    let copiedMinUs = Number.POSITIVE_INFINITY;
    for (let worker = 0; worker < costUs.length; worker++) {
      costUs[worker] = Number.NaN;
      if (eligible[worker] === 0) continue;
      const tokens = request.promptTokens - overlapBlocks[worker]! * this.#blockSize;
      this.#meet(worker, ledger, tokens);
      const restUs = this.#load * (this.#waitUs + this.#paceUs);
      const copiedUs = restUs + this.#priceUs(this.#fewestTokens);
      let us = copiedUs;
      let copyUs = 0;
      if (tokens > this.#fewestTokens) {
        us = restUs + this.#priceUs(tokens);
        copyUs = Math.min(this.#savedUs, us - copiedUs);
      }
      if (this.#explains) this.#explain(worker, copyUs);
      us -= copyUs;
      costUs[worker] = us;
      if (us < minUs) minUs = us;
      if (copiedUs < copiedMinUs) copiedMinUs = copiedUs;
    }
    this.#copiedMinUs = copiedMinUs;
    this.#meanGapUs = this.#gapSumUs / view.eligibleCount;
    return minUs;
  }

  /** The request that was scored last has been placed on `worker`. */
  booked(request: RouteRequest, worker: number, overlapBlocks: number): void {
    const { promptTokens, hashes } = request;
    const tokens = promptTokens - overlapBlocks * this.#blockSize;
    this.#rates.add(worker, this.#prefillUs(tokens, promptTokens, 1), promptTokens);
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
  }

  /** What all workers have in common for this request. */
  #begin({ promptTokens, hashes }: RouteRequest, view: ScoredView): void {
    const { atUs, eligible, eligibleCount, overlapBlocks, ledger } = view;
    const rates = this.#rates;
    let most = 0;
    let active = 0;
    for (let worker = 0; worker < eligible.length; worker++) {
      if (eligible[worker] === 0) continue;
      active += ledger.activeRequests(worker);
      if (overlapBlocks[worker]! > most) most = overlapBlocks[worker]!;
    }
    this.#mostBlocks = most;
    this.#promptTokens = promptTokens;
    this.#fewestTokens = promptTokens - most * this.#blockSize;
    const at = (most - 1) * HASH_WORDS;
    this.#savedUs = most === 0 ? 0 : this.#copies.savedUs(hashes[at]!, hashes[at + 1]!);
    rates.advance(atUs);
    this.#gapSumUs = 0;
    const idle = 1 - Math.min(LOAD_MAX, rates.prefillLoad / eligibleCount);
    this.#comersPerUs = rates.arrivalsPerUs / eligibleCount / idle;
    this.#stayUs = rates.stayUs(active);
    this.#outputTokens = this.#meanGapUs === 0 ? 0 : this.#stayUs / this.#meanGapUs;
  }

  /** What matters of `worker`, which has `tokens` of the prompt to compute. */
  #meet(worker: number, ledger: LoadLedger, tokens: number): void {
    const { steps, cacheTokens } = this.#model;
    const rates = this.#rates;
    const inUse = (ledger.decodeBlocks(worker) * this.#blockSize) / cacheTokens;
    const active = ledger.activeRequests(worker);
    this.#active = active;
    this.#stepUs = steps.decodeStepUs(active + 1, Math.min(1, inUse));
    const idle = 1 - Math.min(LOAD_MAX, rates.prefillLoadOf(worker));
    const gapUs = this.#stepUs / idle;
    this.#gapSumUs += gapUs;
    this.#paceUs = TOKEN_DELAY_WEIGHT * this.#outputTokens * (gapUs - steps.decodeStepUs(1, 0));
    this.#inUse = inUse;
    const pending = ledger.prefillTokensPending(worker);
    const counted = this.#counted(tokens);
    const mean = rates.promptTokens || this.#promptTokens;
    this.#waitUs =
      pending === 0 ? 0 : this.#stepsUs(pending + counted, mean) - this.#stepsUs(counted, mean);
  }

  /** What depends on how many tokens of the prompt the worker that was met has to compute. */
  #priceUs(tokens: number): number {
    const counted = this.#counted(tokens);
    const { cacheTokens, maxNumBatchedTokens } = this.#model;
    const active = this.#active;
    const prefillUs = this.#prefillUs(counted, this.#promptTokens, active + 1);
    this.#computeUs = prefillUs + Math.max(1, counted / maxNumBatchedTokens) * this.#stepUs;
    this.#queueUs = this.#comersPerUs * prefillUs * (this.#waitUs + prefillUs / 2);
    this.#stallUs = TOKEN_DELAY_WEIGHT * active * prefillUs;
    const share = counted / cacheTokens;
    this.#roomUs = active * share * this.#stayUs * shortage(this.#inUse + share);
    return this.#computeUs + this.#load * (this.#queueUs + this.#stallUs + this.#roomUs);
  }

  /** The tokens that the overlap weight makes of `tokens` that are to be computed. */
  #counted(tokens: number): number {
    return this.#fewestTokens + this.#overlap * (tokens - this.#fewestTokens);
  }

  /** The prefill of `tokens`, in as many chunks as it takes. */
  #prefillUs(tokens: number, promptTokens: number, running: number): number {
    const { steps, maxNumBatchedTokens } = this.#model;
    const chunks = Math.max(1, tokens / maxNumBatchedTokens);
    return chunks * steps.prefillUs(tokens / chunks, promptTokens, running);
  }

  /** The steps that compute `tokens`, decodes included, on the worker that was met. */
  #stepsUs(tokens: number, promptTokens: number): number {
    const chunks = Math.max(1, tokens / this.#model.maxNumBatchedTokens);
    return this.#prefillUs(tokens, promptTokens, this.#active + 1) + chunks * this.#stepUs;
  }

  #explain(worker: number, copyUs: number): void {
    const at = worker * COST_TERMS.length;
    const { termsUs } = this;
    termsUs[at] = this.#load * this.#waitUs;
    termsUs[at + 1] = this.#computeUs;
    termsUs[at + 2] = this.#load * this.#queueUs;
    termsUs[at + 3] = this.#load * this.#stallUs;
    termsUs[at + 4] = this.#load * this.#paceUs;
    termsUs[at + 5] = this.#load * this.#roomUs;
    termsUs[at + 6] = -copyUs;
  }
}

/**
 * How likely it is that room is short while a share `inUse` of the cache is in use: a smooth step
 * from none at `SHORT_FROM` to certainty at `SHORT_TO`.
 */
function shortage(inUse: number): number {
  const share = Math.min(1, Math.max(0, (inUse - SHORT_FROM) / (SHORT_TO - SHORT_FROM)));
  return share * share * (3 - 2 * share);
}
