/**
 * How long bodies are read in one turn of the event loop, in microseconds. The last one of them may
 * take longer; what else a turn does, writing above all, takes about as long again.
 */
const TURN_US = 4000;

/**
 * Reads bodies that are there: at once, or where many have come in at the same time, a few in each
 * turn of the event loop. How long one takes depends on what is in it, so time is what is counted.
 */
export class ReadingTurns {
  readonly #nowUs: () => number;
  /** What waits for a later turn, in order. */
  #waiting: (() => void)[] = [];
  /** Time taken in this turn. */
  #spentUs = 0;
  #isScheduled = false;

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** There is time left in this turn, and nobody waits for it. */
  get hasTime(): boolean {
    return this.#spentUs < TURN_US && this.#waiting.length === 0;
  }

  /** Reads a body now: while `hasTime`. `read` must not throw. */
  now(read: () => void): void {
    const startUs = this.#nowUs();
    read();
    this.#spentUs += this.#nowUs() - startUs;
    this.#schedule();
  }

  /** Reads a body in a later turn, after those that wait already. `read` must not throw. */
  later(read: () => void): void {
    this.#waiting.push(read);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isScheduled = false;
    this.#spentUs = 0;
    let done = 0;
    for (const read of this.#waiting) {
      if (this.#spentUs >= TURN_US) break;
      done++;
      this.now(read);
    }
    if (done > 0) this.#waiting = this.#waiting.slice(done);
  };
}
