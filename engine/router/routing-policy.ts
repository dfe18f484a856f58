import type { RequestId, WorkerId } from '../../shared/ids.ts';
import type { TimeUs } from '../../shared/units.ts';
import type { LoadLedger } from './load-ledger.ts';
import type { PrefixIndex } from './prefix-index.ts';

/** One request to be placed. */
export interface RouteRequest {
  /** Chained hashes of at least `promptBlocks` blocks, (lo, hi) pairs. */
  readonly hashes: Uint32Array;
  /** Full blocks of the prompt, each with a hash. */
  readonly promptBlocks: number;
  /** At least 1. */
  readonly promptTokens: number;
  /** What binds the requests of one session together, 32 bits; undefined where nobody said. */
  readonly sessionKey: number | undefined;
  /** Where the client wants it to go, whatever the policy says. */
  readonly pinned: WorkerId | undefined;
}

/** Which request is being placed, and when. */
export interface RouteTag {
  readonly requestId: RequestId;
  readonly atUs: TimeUs;
}

/** What a policy may look at: the cluster as the router sees it while it places one request. */
export interface ClusterView {
  readonly workers: number;
  readonly blockSize: number;
  /** KV blocks that each worker has room for. */
  readonly blocksPerWorker: number;
  /** When the request is placed. */
  readonly atUs: TimeUs;
  /** 1 where a worker may be chosen. */
  readonly eligible: Uint8Array;
  /** Number of ones in `eligible`, at least 1 when a policy is asked. */
  readonly eligibleCount: number;
  /** Blocks of the request's prompt that each worker has cached and could use. */
  readonly overlapBlocks: Int32Array;
  /**
   * Cost of placing the request on each eligible worker, in microseconds: see `PlacementCost`. Not
   * a number of others, nor where nobody asks for it.
   */
  readonly cost: Float64Array;
  /** What costs are sums of, a row of `COST_TERMS` for each worker; empty where not logged. */
  readonly terms: Float32Array;
  readonly ledger: LoadLedger;
  readonly index: PrefixIndex;
}

/**
 * Chooses a worker for a request. It has no effect on the view: booking is the router's business.
 * One that keeps books of its own is told of every booking and of its end.
 */
export interface RoutingPolicy {
  /** Blocks of prompts that it remembered and had to forget at a limit of its own. */
  readonly forgottenBlocks?: number;
  /** The index of an eligible worker. */
  choose(request: RouteRequest, view: ClusterView): number;
  /** `request` is booked on `worker`, which a client may have chosen. */
  booked?(request: RouteRequest, worker: number, view: ClusterView): void;
  /** A request that was booked on `worker` has ended, whatever its outcome. */
  ended?(request: RouteRequest, worker: number): void;
  /** `worker` has crashed: what was booked on it has ended, and its cache is gone. */
  forget?(worker: number): void;
}
