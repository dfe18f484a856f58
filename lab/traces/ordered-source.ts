import { assert } from '../../shared/assert.ts';
import { timeUs } from '../../shared/units.ts';
import type { ArrivalOrder } from '../measure/arrival-log.ts';
import type { TraceRequest, TraceSource } from './trace-source.ts';

const ENDED_US = timeUs(0);

/** A trace in the order in which its requests came in a replay. Says what came, not when. */
export class OrderedSource implements TraceSource {
  readonly #source: TraceSource;
  readonly #turns: Uint32Array;
  #before: number;
  #at = 0;

  constructor(source: TraceSource, { before, turns }: ArrivalOrder) {
    this.#source = source;
    this.#before = before;
    this.#turns = turns;
  }

  next(into: TraceRequest): boolean {
    const isBefore = this.#before > 0;
    if (!isBefore && this.#at === this.#turns.length) return false;
    if (isBefore) this.#before--;
    const session = isBefore ? 0 : this.#turns[this.#at++]!;
    const isThere =
      session === 0
        ? this.#source.next(into)
        : this.#source.followUp(session - 1, this.#turns[this.#at++]! - 1, ENDED_US, into);
    assert(isThere, 'what came in a replay is in its trace');
    into.turnsAfter = 0;
    return true;
  }

  followUp(): boolean {
    return false;
  }
}
