import { assert } from '../../shared/assert.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';
import type { ReplayRequest } from './replay-request.ts';

/** Turns whose answer before them has ended and whose think time is running, by arrival. */
export class PendingTurns {
  readonly #source: TraceSource;
  readonly #heap = new IndexedHeap();
  readonly #probe = new TraceRequest();
  readonly #session: number[] = [];
  readonly #turn: number[] = [];
  readonly #endedUs: TimeUs[] = [];
  readonly #freeSlots: number[] = [];

  constructor(source: TraceSource) {
    this.#source = source;
  }

  /** When the next turn arrives, or `Infinity`. */
  nextUs(): number {
    return this.#heap.peekKey();
  }

  /** The answer to `request`, which other turns wait for, ended at `endedUs`. */
  add(request: ReplayRequest, endedUs: TimeUs): void {
    const { session, turn } = request;
    const follows = this.#source.followUp(session, turn, endedUs, this.#probe);
    assert(follows, 'a turn that others wait for has one that follows');
    const slot = this.#freeSlots.pop() ?? this.#session.length;
    this.#session[slot] = session;
    this.#turn[slot] = turn;
    this.#endedUs[slot] = endedUs;
    // A session has one turn under way at most, so its number makes the order total.
    this.#heap.set(slot, this.#probe.arrivalUs, session);
  }

  /** Fills in the turn that arrives next. There must be one. */
  take(into: TraceRequest): void {
    const slot = this.#heap.pop();
    assert(slot >= 0, 'a turn is pending');
    this.#freeSlots.push(slot);
    const endedUs = timeUs(this.#endedUs[slot]!);
    this.#source.followUp(this.#session[slot]!, this.#turn[slot]!, endedUs, into);
  }
}
