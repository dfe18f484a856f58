import { assert } from '../../shared/assert.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import type { TraceRequest, TraceSource } from './trace-source.ts';

export interface Arrangement {
  /** Speed-up of arrivals: at 2 they come in half the time. Think times stay as they are. */
  readonly rate?: number;
  /**
   * Leaves out this many requests, rounded up to whole sessions of waiting turns. The first one
   * that is kept then arrives at 0.
   */
  readonly skip?: number;
  /** Ends after this many requests. A session that is cut keeps its first turns. */
  readonly limit?: number;
}

/**
 * Part of a trace, faster or slower. Waiting turns count towards `skip` and `limit` with the
 * request that they follow, so that the same requests remain whatever the replay does with them.
 */
export class ArrangedSource implements TraceSource {
  readonly #source: TraceSource;
  readonly #rate: number;
  #skip: number;
  #room: number;
  #startUs = 0;
  #cutSession = -1;
  #cutLastTurn = 0;

  constructor(source: TraceSource, arrangement: Arrangement) {
    const { rate = 1, skip = 0, limit = Number.POSITIVE_INFINITY } = arrangement;
    assert(rate > 0 && skip >= 0 && limit >= 0, 'rate is positive, skip and limit not negative');
    this.#source = source;
    this.#rate = rate;
    this.#skip = skip;
    this.#room = limit;
  }

  next(into: TraceRequest): boolean {
    if (this.#room === 0) return false;
    if (!this.#source.next(into)) return false;
    if (this.#skip > 0) {
      while (this.#skip > 0) {
        this.#skip -= 1 + into.turnsAfter;
        if (!this.#source.next(into)) return false;
      }
      this.#startUs = into.arrivalUs;
    }
    if (1 + into.turnsAfter > this.#room) {
      into.turnsAfter = this.#room - 1;
      this.#cutSession = into.session;
      this.#cutLastTurn = into.turn + into.turnsAfter;
    }
    this.#room -= 1 + into.turnsAfter;
    into.arrivalUs = timeUs(Math.round((into.arrivalUs - this.#startUs) / this.#rate));
    return true;
  }

  followUp(session: number, turn: number, endedUs: TimeUs, into: TraceRequest): boolean {
    const isCut = session === this.#cutSession;
    if (isCut && turn >= this.#cutLastTurn) return false;
    if (!this.#source.followUp(session, turn, endedUs, into)) return false;
    if (isCut) into.turnsAfter = this.#cutLastTurn - into.turn;
    return true;
  }
}
