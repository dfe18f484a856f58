import type { ClusterRequest, RequestListener } from '../../engine/cluster/request.ts';
import { assert } from '../../shared/assert.ts';
import { NO_REQUEST, type WorkerId } from '../../shared/ids.ts';
import { DefaultSpec, type EventBatch, type Outcome } from '../../shared/protocol.ts';
import { NEVER_US, type TimeUs } from '../../shared/units.ts';
import type { TraceRequest } from '../traces/trace-source.ts';

/** Told what becomes of the requests of a replay. */
export interface ReplayObserver {
  started(request: ReplayRequest, cachedTokens: number, queuedUs: number, atUs: TimeUs): void;
  tokens(request: ReplayRequest, count: number, batch: EventBatch): void;
  ended(request: ReplayRequest, outcome: Outcome): void;
}

/** What a replay decides about a request besides what the trace says. */
export interface RequestTraits {
  /** Requests that were placed before it. */
  readonly number: number;
  readonly hashes: Uint32Array;
  readonly blockSize: number;
  readonly outputTokens: number;
  readonly seed: number;
  /** Whether it is part of the statistics. */
  readonly counted: boolean;
}

/** One request in flight: what the cluster is handed, what it tells, and how far it got. */
export class ReplayRequest extends DefaultSpec implements ClusterRequest, RequestListener {
  readonly number: number;
  readonly arrivedUs: TimeUs = NEVER_US;
  readonly promptTokens: number;
  readonly promptBlocks: number;
  readonly outputTokens: number;
  readonly hashes: Uint32Array;
  readonly session: number;
  readonly sessionKey: number | undefined;
  readonly seed: number;
  readonly turn: number;
  readonly turnsAfter: number;
  readonly counted: boolean;
  readonly #observer: ReplayObserver;
  /** Set when it has been placed. */
  worker = -1;
  /** First block of its prompt that a `TimelyIndex` booked for it. */
  bookedFrom = 0;
  /** How long it waited for blocks from another worker before it reached its own. */
  fetchUs = 0;
  queuedUs = 0;
  cachedTokens = 0;
  firstTokenUs: TimeUs = NEVER_US;
  lastTokenUs: TimeUs = NEVER_US;
  emitted = 0;

  constructor(trace: TraceRequest, traits: RequestTraits, observer: ReplayObserver) {
    super();
    this.number = traits.number;
    this.arrivedUs = trace.arrivalUs;
    this.promptTokens = trace.promptTokens;
    this.promptBlocks = Math.floor(trace.promptTokens / traits.blockSize);
    this.outputTokens = traits.outputTokens;
    this.hashes = traits.hashes;
    this.session = trace.session;
    this.sessionKey = trace.sessionKey;
    this.seed = traits.seed;
    this.turn = trace.turn;
    this.turnsAfter = trace.turnsAfter;
    this.counted = traits.counted;
    this.#observer = observer;
  }

  /** False also for a request that ended without a first token. */
  get hasStarted(): boolean {
    return this.firstTokenUs < NEVER_US;
  }

  get pinned(): WorkerId | undefined {
    return undefined;
  }

  get siblingOf(): typeof NO_REQUEST {
    return NO_REQUEST;
  }

  started(_request: unknown, cachedTokens: number, queuedUs: number, batch: EventBatch): void {
    this.#observer.started(this, cachedTokens, queuedUs + this.fetchUs, batch.endUs);
  }

  tokens(_request: unknown, count: number, _lateUs: number, batch: EventBatch): void {
    this.#observer.tokens(this, count, batch);
  }

  ended(_request: unknown, outcome: Outcome): void {
    this.#observer.ended(this, outcome);
  }

  failed(): void {
    assert(false, 'the workers of a replay do not die');
  }
}
