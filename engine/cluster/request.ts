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
 * Told what becomes of a request. Exactly one of `ended` and `failed` is the last call, unless the
 * listener is told to end: see `Cluster.cancel`, `Cluster.stop` and `ListenerGuard`.
 */
export interface RequestListener {
  /** The first token is out, `queuedUs` of the wait for it before admission. */
  started(request: RequestId, cachedTokens: number, queuedUs: number, batch: EventBatch): void;
  /** `count` tokens came out, the last of them `lateUs` after it was due on the worker. */
  tokens(request: RequestId, count: number, lateUs: number, batch: EventBatch): void;
  ended(request: RequestId, outcome: Outcome): void;
  /** Its worker died, and it cannot be served by another one. */
  failed(request: RequestId): void;
}

/** What the cluster knows of a request in flight. */
export interface Placement {
  readonly request: RequestId;
  readonly worker: WorkerId;
  /** Prompt blocks that the router saw on the worker. */
  readonly overlapBlocks: number;
}
