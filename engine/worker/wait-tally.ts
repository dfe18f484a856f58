import { ZERO_US } from '../../shared/units.ts';
import type { Slot } from './sequence-table.ts';

const FIRST_SLOTS = 64;

/**
 * How long the sequences of one worker wait for admission: each from when it came, or was
 * preempted, until it is admitted or ends. Counts by sequence, so that what it says can be held
 * against the length of the queue (Little's law). All sums are of integers.
 */
export class WaitTally {
  /** When the wait of each sequence began, by slot. */
  #sinceUs = new Float64Array(FIRST_SLOTS);
  #waiting = 0;
  #ended = 0;
  #endedUs: number = ZERO_US;
  /** Sum of when the waits began that have not ended. */
  #openSinceUs: number = ZERO_US;

  /** Sequences that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Waits that have ended. */
  get ended(): number {
    return this.#ended;
  }

  /** Time waited until `atUs`, that of sequences which still wait included. */
  waitedUsAt(atUs: number): number {
    return this.#endedUs + this.#waiting * atUs - this.#openSinceUs;
  }

  begin(slot: Slot, atUs: number): void {
    if (slot >= this.#sinceUs.length) this.#grow(slot);
    this.#sinceUs[slot] = atUs;
    this.#openSinceUs += atUs;
    this.#waiting++;
  }

  end(slot: Slot, atUs: number): void {
    const sinceUs = this.#sinceUs[slot]!;
    this.#openSinceUs -= sinceUs;
    this.#endedUs += atUs - sinceUs;
    this.#ended++;
    this.#waiting--;
  }

  #grow(slot: Slot): void {
    const grown = new Float64Array(Math.max(slot + 1, 2 * this.#sinceUs.length));
    grown.set(this.#sinceUs);
    this.#sinceUs = grown;
  }
}
