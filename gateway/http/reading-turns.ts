/**
 * How long bodies are read in one turn of the event loop, in microseconds. The last one of them may
 * take longer; what else a turn does, writing above all, takes about as long again.
 */
const TURN_US = 4000;

/** Something that reads a body. */
export interface BodyTurn {
  /** Reads it. Must not throw. */
  read(): void;
}

/**
 * Reads bodies that are there: at once, or where many have come in at the same time, a few in each
 * turn of the event loop. How long one takes depends on what is in it, so time is what is counted.
 */
export class ReadingTurns {
  readonly #nowUs: () => number;
  /** What waits for a later turn, in order. */
  #waiting: BodyTurn[] = [];
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

  /** Reads a body now: while `hasTime`. */
  now(body: BodyTurn): void {
    const startUs = this.#nowUs();
    body.read();
    this.#spentUs += this.#nowUs() - startUs;
    this.#schedule();
  }

  /** Reads a body in a later turn, after those that wait already. */
  later(body: BodyTurn): void {
    this.#waiting.push(body);
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
    for (const body of this.#waiting) {
      if (this.#spentUs >= TURN_US) break;
      done++;
      this.now(body);
    }
    if (done > 0) this.#waiting = this.#waiting.slice(done);
  };
}
