import type { RequestId, WorkerId } from '../../shared/ids.ts';
import type { EventBatch, Outcome, SequenceSpec } from '../../shared/protocol.ts';
import type { TimeUs } from '../../shared/units.ts';
import type { RouteRequest } from '../router/routing-policy.ts';

/** One sequence as the gateway or a replay hands it in. */
export interface ClusterRequest extends RouteRequest, SequenceSpec {
  readonly arrivedUs: TimeUs;
  /** See `SubmitCommand`. */
  readonly siblingOf: RequestId;
}

/**
 * Why a request has failed: its worker died, and it cannot be served by another one, or a call of
 * its listener threw, a defect of our own.
 */
export type Failure = 'worker-lost' | 'defect';

/**
 * Told what becomes of a request. Exactly one of `ended` and `failed` is the last call, unless the
 * cluster is told to end it: see `Cluster.cancel`, `Cluster.stop` and `Cluster.breakOff`.
 */
export interface RequestListener {
  /** The first token is out, `queuedUs` of the wait for it before admission. */
  started(request: RequestId, cachedTokens: number, queuedUs: number, batch: EventBatch): void;
  /** `count` tokens came out, the last of them `lateUs` after it was due on the worker. */
  tokens(request: RequestId, count: number, lateUs: number, batch: EventBatch): void;
  ended(request: RequestId, outcome: Outcome): void;
  /** Also after `ended`, if that threw. */
  failed(request: RequestId, failure: Failure): void;
}

/** What the cluster knows of a request in flight. */
export interface Placement {
  readonly request: RequestId;
  readonly worker: WorkerId;
  /** Prompt blocks that the router saw on the worker. */
  readonly overlapBlocks: number;
}
