import { assert } from '../../shared/assert.ts';
import { U32List } from '../../shared/u32-list.ts';

/**
 * What came in a replay, in order, as far as the trace alone does not say so: turns come when the
 * answers before them have ended, and refused requests are in no cache. Plain data.
 */
export interface ArrivalOrder {
  /** Arrivals before the first of `turns`; these were the next ones of the trace. */
  readonly before: number;
  /**
   * Later arrivals: 0 is the next one of the trace; a session's number plus 1, followed by a turn's
   * number, is that turn, which waited for the answer before it.
   */
  readonly turns: Uint32Array;
  /** Numbers, from 0 and rising, of the arrivals that got no first token. */
  readonly refused: Uint32Array;
}

/**
 * Writes down the order of a replay's arrivals from the first on that the trace does not tell: 4 or
 * 8 bytes for each from there on, none before.
 */
export class ArrivalLog {
  #arrived = 0;
  #before = -1;
  readonly #turns = new U32List(0);
  readonly #refused = new U32List(0);

  /** The next request of the trace that waits for no answer. */
  next(): void {
    this.#arrived++;
    if (this.#before >= 0) this.#turns.push(0);
  }

  /** `turn` of `session`, which waited for the answer before it. */
  turn(session: number, turn: number): void {
    assert(session < 0xffffffff, 'a session number and one more fit 32 bits');
    if (this.#before < 0) this.#before = this.#arrived;
    this.#arrived++;
    this.#turns.push2(session + 1, turn);
  }

  /** Arrival `number`, from 0, ended without a first token. */
  refused(number: number): void {
    if (this.#before < 0) this.#before = this.#arrived;
    this.#refused.push(number);
  }

  /** Undefined if the trace tells it all. */
  order(): ArrivalOrder | undefined {
    if (this.#before < 0) return undefined;
    return {
      before: this.#before,
      turns: this.#turns.view().slice(),
      refused: this.#refused.view().slice().sort(),
    };
  }
}
