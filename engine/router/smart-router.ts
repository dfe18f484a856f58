import { assert } from '../../shared/assert.ts';
import { type WorkerId, workerId } from '../../shared/ids.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import { latencyProfile } from '../../shared/latency-profiles.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import type { EventBatch } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { type Decision, DecisionLog } from './decision-log.ts';
import { LoadLedger } from './load-ledger.ts';
import { type CostTerm, PlacementCost } from './placement-cost.ts';
import { createPolicy } from './policies/create-policy.ts';
import { PrefixIndex } from './prefix-index.ts';
import type { ClusterView, RouteRequest, RouteTag, RoutingPolicy } from './routing-policy.ts';
import { StepEstimate } from './step-estimate.ts';

export interface RouterConfig {
  readonly policy: PolicyName;
  /** Weights of `PlacementCost`. */
  readonly overlapWeight: number;
  readonly loadBalanceWeight: number;
  /** Terms that the cost is to leave out, all but `prefill`, to see what they are for. */
  readonly withoutTerms?: readonly CostTerm[];
  /** 0 takes the lowest cost; above 0, `smart` samples. */
  readonly temperature: number;
  /** Tokens per KV block. */
  readonly blockSize: number;
  /** 1 .. 256. */
  readonly workers: number;
  /** KV blocks that a worker has room for. */
  readonly blocksPerWorker: number;
  /** How long a worker takes, as `StepEstimate` has it. */
  readonly latency: LatencyConfig;
  /** Sequences that a worker runs at once. */
  readonly maxNumSeqs: number;
  /** Tokens that a worker computes in one step. */
  readonly maxNumBatchedTokens: number;
  /** False: no index, no overlap, routing by load alone. */
  readonly kvEnabled: boolean;
  /** Distinct block hashes that the prefix index may hold. */
  readonly indexCapBlocks: number;
  /** Decisions kept for inspection; 0 keeps none. */
  readonly decisionLogCapacity: number;
  readonly seed: number;
}

/**
 * What a worker is taken for whose prefills take no time, so that there is something to decide by.
 */
const NOMINAL_PROFILE = 'dynamo-mocker';

/** Sums over all decisions since the start. Overlap is what the router foresaw. */
export interface RouterTotals {
  decisions: number;
  /** Decisions for a worker with at least one block of the prompt. */
  hits: number;
  promptBlocks: number;
  overlapBlocks: number;
  /** Sum of each decision's overlap as a share, 0 .. 1, of its prompt's full blocks. */
  overlapShare: number;
  /** Sum of what `noteRouteUs` was told, in microseconds. */
  routeUs: number;
}

/**
 * Places requests on workers by KV-cache overlap and load. It books what it decides at once, so
 * that the next decision sees it, and is corrected by the workers' event batches. A decision
 * allocates nothing.
 */
export class SmartRouter {
  readonly index: PrefixIndex;
  readonly ledger: LoadLedger;
  readonly #config: RouterConfig;
  /** Undefined where nobody asks what a placement costs. */
  readonly #cost: PlacementCost | undefined;
  readonly #policy: RoutingPolicy;
  readonly #log: DecisionLog;
  readonly #view: ClusterView & { eligibleCount: number; atUs: TimeUs };
  /** Leading blocks of the prompt that each worker has, whether it can use the last one or not. */
  readonly #heldBlocks: Int32Array;
  readonly #decisionsByWorker: Float64Array;
  readonly #totals: RouterTotals = {
    decisions: 0,
    hits: 0,
    promptBlocks: 0,
    overlapBlocks: 0,
    overlapShare: 0,
    routeUs: 0,
  };
  /** Blocks of its prompt that the last decision found on the chosen worker. */
  lastOverlapBlocks = 0;
  /** First block that the last decision booked in the index; its bookings end with the prompt. */
  lastBookedFrom = 0;

  /** `policy` takes the place of the one that `config` names. */
  constructor(config: RouterConfig, policy?: RoutingPolicy) {
    const { workers, blockSize } = config;
    assert(workers >= 1 && workers <= 256, 'a router serves 1 to 256 workers');
    assert(blockSize >= 1, 'a block has at least one token');
    this.#config = config;
    this.index = new PrefixIndex(workers, config.indexCapBlocks);
    this.ledger = new LoadLedger(workers, blockSize);
    const rng = new Rng(config.seed).fork('router');
    const steps = new StepEstimate(config.latency, config.maxNumSeqs);
    this.#cost = costOf(config, steps, policy);
    this.#policy =
      policy ?? createPolicy(config.policy, workers, blockSize, config.temperature, steps, rng);
    this.#log = new DecisionLog(config.decisionLogCapacity, workers);
    this.#heldBlocks = new Int32Array(workers);
    this.#decisionsByWorker = new Float64Array(workers);
    this.#view = {
      workers,
      blockSize,
      blocksPerWorker: config.blocksPerWorker,
      atUs: timeUs(0),
      eligible: new Uint8Array(workers).fill(1),
      eligibleCount: workers,
      overlapBlocks: new Int32Array(workers),
      cost: this.#cost?.costUs ?? new Float64Array(workers).fill(Number.NaN),
      terms: this.#cost?.termsUs ?? new Float32Array(0),
      ledger: this.ledger,
      index: this.index,
    };
  }

  get totals(): Readonly<RouterTotals> {
    return this.#totals;
  }

  /** Blocks of prompts that the policy remembered and had to forget at a limit of its own. */
  get forgottenBlocks(): number {
    return this.#policy.forgottenBlocks ?? 0;
  }

  /** Leading blocks of the last prompt that each worker had, or was about to compute. */
  get lastHeldBlocks(): Int32Array {
    return this.#heldBlocks;
  }

  /** Decisions for `worker` since the start. */
  decisionsFor(worker: WorkerId): number {
    return this.#decisionsByWorker[worker]!;
  }

  /** The last decisions, newest first. */
  decisions(limit: number): Decision[] {
    return this.#log.latest(limit);
  }

  isEligible(worker: WorkerId): boolean {
    return this.#view.eligible[worker] === 1;
  }

  /**
   * Scores the workers, chooses one and books the request on it; one submit must follow. Undefined
   * when no worker is eligible, or the one that the request is pinned to is not. Throws
   * `PolicyError`, and books nothing, when a policy of the user's own fails.
   */
  route(request: RouteRequest, tag: RouteTag): WorkerId | undefined {
    const view = this.#view;
    if (view.eligibleCount === 0) return undefined;
    if (request.pinned !== undefined && view.eligible[request.pinned] !== 1) return undefined;
    view.atUs = tag.atUs;
    if (this.#config.kvEnabled) {
      this.index.overlaps(request.hashes, request.promptBlocks, this.#heldBlocks);
    }
    this.#findUsable(request.promptTokens);
    const costMin = this.#cost?.score(request, view) ?? 0;
    const chosen = request.pinned ?? this.#policy.choose(request, view);
    this.lastOverlapBlocks = view.overlapBlocks[chosen]!;
    this.#log.record(tag, chosen, request.promptTokens, costMin, view);
    this.#count(chosen, request.promptBlocks);
    this.#book(request, chosen);
    return workerId(chosen);
  }

  /** Adds how long the last decision took, for whoever has a clock. */
  noteRouteUs(routeUs: number): void {
    this.#totals.routeUs += routeUs;
    this.#log.noteRouteUs(routeUs);
  }

  /** Takes in what a worker did: its KV events first, then its load. */
  applyBatch(batch: EventBatch): void {
    const { kv } = batch;
    if (this.#config.kvEnabled) this.index.applyEvents(kv.words, batch.worker, kv.length);
    this.ledger.report(batch.worker, batch.load);
    this.#cost?.reported(batch.worker, batch.load, batch.endUs);
  }

  /**
   * A request booked on `worker` has ended, whatever the outcome. Once per successful `route`.
   */
  finished(worker: WorkerId, request: RouteRequest): void {
    this.ledger.finish(worker);
    this.#policy.ended?.(request, worker);
  }

  /**
   * A request has its first token. The blocks fromBlock .. toBlock - 1 that it was booked for, from
   * `lastBookedFrom` to the end of its prompt, are computed.
   */
  started(worker: WorkerId, hashes: Uint32Array, fromBlock: number, toBlock: number): void {
    if (this.#config.kvEnabled) this.index.prefilled(hashes, fromBlock, toBlock, worker);
  }

  /**
   * A request ended before its first token: what it was booked for, as in `started`, will not be
   * computed for it. Besides `finished`, not instead.
   */
  abandoned(worker: WorkerId, hashes: Uint32Array, fromBlock: number, toBlock: number): void {
    if (this.#config.kvEnabled) this.index.unbook(hashes, fromBlock, toBlock, worker);
  }

  /** Lets `worker` be chosen or not. */
  setEligible(worker: WorkerId, eligible: boolean): void {
    const view = this.#view;
    view.eligibleCount += Number(eligible) - view.eligible[worker]!;
    view.eligible[worker] = Number(eligible);
  }

  /**
   * `worker` has crashed: its cache and its requests are gone. Its requests count as ended from
   * here on, so `finished` and `abandoned` must not be called for them.
   */
  forget(worker: WorkerId): void {
    this.index.clearWorker(worker);
    this.ledger.reset(worker);
    this.#cost?.forget(worker);
    this.#policy.forget?.(worker);
  }

  /** The last prompt token is always computed, since it yields the first output token. */
  #findUsable(promptTokens: number): void {
    const { workers, blockSize, overlapBlocks } = this.#view;
    const usableBlocks = Math.floor((promptTokens - 1) / blockSize);
    const held = this.#heldBlocks;
    for (let worker = 0; worker < workers; worker++) {
      overlapBlocks[worker] = Math.min(held[worker]!, usableBlocks);
    }
  }

  #count(chosen: number, fullBlocks: number): void {
    const totals = this.#totals;
    const overlap = this.lastOverlapBlocks;
    totals.decisions++;
    totals.promptBlocks += fullBlocks;
    totals.overlapBlocks += overlap;
    if (overlap > 0) {
      totals.hits++;
      totals.overlapShare += overlap / fullBlocks;
    }
    this.#decisionsByWorker[chosen] = this.#decisionsByWorker[chosen]! + 1;
  }

  #book(request: RouteRequest, chosen: number): void {
    const cachedTokens = this.lastOverlapBlocks * this.#view.blockSize;
    this.ledger.book(chosen, request.promptTokens - cachedTokens);
    this.lastBookedFrom = this.#heldBlocks[chosen]!;
    if (this.#config.kvEnabled) {
      this.index.book(request.hashes, this.lastBookedFrom, request.promptBlocks, chosen);
    }
    this.#cost?.booked(request, chosen, this.lastOverlapBlocks);
    this.#policy.booked?.(request, chosen, this.#view);
  }
}

/** The cost that `smart` decides by, and by which the log explains the decisions of any policy. */
function costOf(
  config: RouterConfig,
  steps: StepEstimate,
  policy: RoutingPolicy | undefined,
): PlacementCost | undefined {
  const { workers, blockSize, blocksPerWorker, maxNumSeqs, maxNumBatchedTokens } = config;
  const isLogged = config.decisionLogCapacity > 0;
  if (!isLogged && (policy !== undefined || config.policy !== 'smart')) return undefined;
  const model = {
    steps: steps.hasPrefill ? steps : new StepEstimate(nominalLatency(), maxNumSeqs),
    maxNumBatchedTokens,
    cacheTokens: blocksPerWorker * blockSize,
  };
  const weights = {
    overlap: config.overlapWeight,
    loadBalance: config.loadBalanceWeight,
    without: config.withoutTerms,
  };
  return new PlacementCost(workers, blockSize, model, weights, isLogged);
}

function nominalLatency(): LatencyConfig {
  const latency = latencyProfile(NOMINAL_PROFILE);
  assert(latency !== undefined, 'the nominal profile exists');
  return latency;
}
