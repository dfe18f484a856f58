import { type RequestId, requestId, type WorkerId, workerId } from '../../shared/ids.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { COST_TERMS, type CostTerm } from './placement-cost.ts';
import type { ClusterView, RouteTag } from './routing-policy.ts';

/** One eligible worker as it looked when a request was placed, before the request was booked. */
export interface Candidate {
  readonly worker: WorkerId;
  /** In microseconds. */
  readonly cost: number;
  /** What the cost is the sum of. */
  readonly terms: Readonly<Record<CostTerm, number>>;
  readonly overlapBlocks: number;
  readonly activeRequests: number;
  readonly decodeBlocks: number;
}

/** One placed request. */
export interface Decision {
  readonly requestId: RequestId;
  readonly atUs: TimeUs;
  readonly worker: WorkerId;
  /** Blocks of the prompt, a last partial one included. */
  readonly promptBlocks: number;
  readonly overlapBlocks: number;
  /** How long the decision took; 0 where nobody measured it. */
  readonly routeUs: number;
  /** Cost of the chosen worker over that of the cheapest eligible one, in microseconds. */
  readonly regretUs: number;
  readonly candidates: readonly Candidate[];
}

/** The last `capacity` decisions, in columns that are allocated once. */
export class DecisionLog {
  readonly #capacity: number;
  readonly #workers: number;
  readonly #requestIds: Uint32Array;
  readonly #atUs: Float64Array;
  readonly #chosen: Uint16Array;
  readonly #promptBlocks: Uint32Array;
  readonly #overlapBlocks: Uint32Array;
  readonly #routeUs: Float64Array;
  readonly #regrets: Float64Array;
  readonly #perWorker: CandidateColumns;
  #recorded = 0;

  constructor(capacity: number, workers: number) {
    this.#capacity = capacity;
    this.#workers = workers;
    this.#requestIds = new Uint32Array(capacity);
    this.#atUs = new Float64Array(capacity);
    this.#chosen = new Uint16Array(capacity);
    this.#promptBlocks = new Uint32Array(capacity);
    this.#overlapBlocks = new Uint32Array(capacity);
    this.#routeUs = new Float64Array(capacity);
    this.#regrets = new Float64Array(capacity);
    this.#perWorker = candidateColumns(capacity * workers);
  }

  /** Records a choice with the view that it was made on. Does nothing when the capacity is 0. */
  record(
    { requestId, atUs }: RouteTag,
    worker: number,
    promptTokens: number,
    costMin: number,
    view: ClusterView,
  ): void {
    if (this.#capacity === 0) return;
    const row = this.#recorded % this.#capacity;
    this.#recorded++;
    this.#requestIds[row] = requestId;
    this.#atUs[row] = atUs;
    this.#chosen[row] = worker;
    this.#promptBlocks[row] = Math.ceil(promptTokens / view.blockSize);
    this.#overlapBlocks[row] = view.overlapBlocks[worker]!;
    this.#routeUs[row] = 0;
    this.#regrets[row] = view.cost[worker]! - costMin;
    const columns = this.#perWorker;
    const at = row * this.#workers;
    columns.cost.set(view.cost, at);
    columns.terms.set(view.terms, at * COST_TERMS.length);
    columns.overlapBlocks.set(view.overlapBlocks, at);
    view.ledger.copyTo(columns.activeRequests, columns.decodeBlocks, at);
  }

  /** Adds how long the decision recorded last took. */
  noteRouteUs(routeUs: number): void {
    if (this.#recorded > 0) this.#routeUs[(this.#recorded - 1) % this.#capacity] = routeUs;
  }

  /** The last decisions, newest first, at most `limit` of them. */
  latest(limit: number): Decision[] {
    const count = Math.min(limit, this.#recorded, this.#capacity);
    return Array.from({ length: count }, (_, age) =>
      this.#decision((this.#recorded - 1 - age) % this.#capacity),
    );
  }

  #decision(row: number): Decision {
    return {
      requestId: requestId(this.#requestIds[row]!),
      atUs: timeUs(this.#atUs[row]!),
      worker: workerId(this.#chosen[row]!),
      promptBlocks: this.#promptBlocks[row]!,
      overlapBlocks: this.#overlapBlocks[row]!,
      routeUs: this.#routeUs[row]!,
      regretUs: this.#regrets[row]!,
      candidates: this.#candidates(row),
    };
  }

  #candidates(row: number): Candidate[] {
    const columns = this.#perWorker;
    const candidates: Candidate[] = [];
    for (let index = 0, at = row * this.#workers; index < this.#workers; index++, at++) {
      if (Number.isNaN(columns.cost[at])) continue;
      candidates.push({
        worker: workerId(index),
        cost: columns.cost[at]!,
        terms: termsAt(columns.terms, at),
        overlapBlocks: columns.overlapBlocks[at]!,
        activeRequests: columns.activeRequests[at]!,
        decodeBlocks: columns.decodeBlocks[at]!,
      });
    }
    return candidates;
  }
}

/** Of the types that the view and the ledger have, so that a row is copied and not converted. */
interface CandidateColumns {
  /** Not a number where the worker was not eligible. */
  readonly cost: Float64Array;
  readonly terms: Float32Array;
  readonly overlapBlocks: Int32Array;
  readonly activeRequests: Int32Array;
  readonly decodeBlocks: Float64Array;
}

function termsAt(terms: Float32Array, row: number): Record<CostTerm, number> {
  const named = COST_TERMS.map((term, index) => [term, terms[row * COST_TERMS.length + index]!]);
  return Object.fromEntries(named);
}

function candidateColumns(rows: number): CandidateColumns {
  return {
    cost: new Float64Array(rows),
    terms: new Float32Array(rows * COST_TERMS.length),
    overlapBlocks: new Int32Array(rows),
    activeRequests: new Int32Array(rows),
    decodeBlocks: new Float64Array(rows),
  };
}
