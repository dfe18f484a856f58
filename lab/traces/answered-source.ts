import { type TimeUs, timeUs } from '../../shared/units.ts';
import { TraceRequest, type TraceSource } from './trace-source.ts';

/** A turn that is known to come: the one after `turn` of `session`, which ended at `endedUs`. */
interface Due {
  readonly arrivalUs: TimeUs;
  readonly session: number;
  readonly turn: number;
  readonly endedUs: TimeUs;
}

/**
 * A trace in which every answer ends the moment its request arrives, so that all turns have arrival
 * times and come from `next` in order: for statistics of a workload without a replay of it, and for
 * workloads whose sessions keep to a schedule. Memory grows with the open sessions.
 */
export class AnsweredSource implements TraceSource {
  readonly #source: TraceSource;
  readonly #ahead = new TraceRequest();
  readonly #probe = new TraceRequest();
  #hasAhead: boolean;
  /** A binary heap: no turn is due before the one at (index - 1) / 2. */
  readonly #due: Due[] = [];

  constructor(source: TraceSource) {
    this.#source = source;
    this.#hasAhead = source.next(this.#ahead);
  }

  next(into: TraceRequest): boolean {
    const due = this.#due[0];
    if (due !== undefined && (!this.#hasAhead || due.arrivalUs < this.#ahead.arrivalUs)) {
      this.#pop();
      this.#source.followUp(due.session, due.turn, due.endedUs, into);
    } else if (this.#hasAhead) {
      copyRequest(this.#ahead, into);
      this.#hasAhead = this.#source.next(this.#ahead);
    } else {
      return false;
    }
    this.#schedule(into);
    into.turnsAfter = 0;
    return true;
  }

  followUp(): boolean {
    return false;
  }

  #schedule(ended: TraceRequest): void {
    const { session, turn, arrivalUs: endedUs } = ended;
    if (!this.#source.followUp(session, turn, endedUs, this.#probe)) return;
    this.#push({ arrivalUs: this.#probe.arrivalUs, session, turn, endedUs });
  }

  #push(due: Due): void {
    const heap = this.#due;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#due;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.arrivalUs !== b.arrivalUs) return a.arrivalUs < b.arrivalUs;
  return a.session !== b.session ? a.session < b.session : a.turn < b.turn;
}

function copyRequest(from: TraceRequest, into: TraceRequest): void {
  into.arrivalUs = timeUs(from.arrivalUs);
  into.promptTokens = from.promptTokens;
  into.outputTokens = from.outputTokens;
  into.session = from.session;
  into.sessionKey = from.sessionKey;
  into.turn = from.turn;
  into.turnsAfter = from.turnsAfter;
  into.content.assign(from.content.view());
}
