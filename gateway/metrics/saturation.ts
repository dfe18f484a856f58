/** How long a judgement looks at, in microseconds. */
const PERIOD_US = 1_000_000;
/** Judgements in a row that change the verdict. */
const SUSTAINED = 5;
/** Beyond this, in microseconds, a token or the event loop is too late. */
const LATE_US = 50_000;
/** Within this it is in time again. */
const PUNCTUAL_US = 25_000;
/** p99: one in a hundred may be beyond the limit. */
const SHARE = 0.01;

/** What was seen in the current period: tokens written, or looks at the event loop. */
interface Seen {
  all: number;
  late: number;
  unpunctual: number;
}

/**
 * Whether this process keeps up with what it simulates. It is saturated once the p99 of token
 * lateness or of event-loop lag was above 50 ms in each of five seconds in a row, and not any more
 * once both were below 25 ms in each of five seconds in a row. A pause now and then, such as a
 * garbage collection, sets nothing: a process that cannot keep up is late all the time.
 */
export class Saturation {
  readonly #tokens: Seen = { all: 0, late: 0, unpunctual: 0 };
  readonly #looks: Seen = { all: 0, late: 0, unpunctual: 0 };
  #endUs: number;
  #saturated = false;
  /** Judgements in a row against the verdict. */
  #contrary = 0;

  constructor(startUs: number) {
    this.#endUs = startUs + PERIOD_US;
  }

  /** As of the last whole second. */
  get isSaturated(): boolean {
    return this.#saturated;
  }

  /** `count` tokens were written `lateUs` after they were due. */
  tokensWritten(lateUs: number, count: number): void {
    see(this.#tokens, lateUs, count);
  }

  /** The event loop came `lagUs` late to something that was due. */
  loopTurned(lagUs: number): void {
    see(this.#looks, lagUs, 1);
  }

  /** Judges when a second is over. To be called several times a second. */
  tick(nowUs: number): void {
    if (nowUs < this.#endUs) return;
    const late = this.#saturated
      ? exceeds(this.#tokens.unpunctual, this.#tokens) ||
        exceeds(this.#looks.unpunctual, this.#looks)
      : exceeds(this.#tokens.late, this.#tokens) || exceeds(this.#looks.late, this.#looks);
    this.#contrary = late === this.#saturated ? 0 : this.#contrary + 1;
    if (this.#contrary === SUSTAINED) {
      this.#saturated = late;
      this.#contrary = 0;
    }
    clear(this.#tokens);
    clear(this.#looks);
    this.#endUs = nowUs + PERIOD_US;
  }
}

function see(seen: Seen, us: number, count: number): void {
  seen.all += count;
  if (us > PUNCTUAL_US) seen.unpunctual += count;
  if (us > LATE_US) seen.late += count;
}

/** Whether the p99 of what was seen is beyond the limit that `beyond` of it exceeded. */
function exceeds(beyond: number, seen: Seen): boolean {
  return beyond > SHARE * seen.all;
}

function clear(seen: Seen): void {
  seen.all = 0;
  seen.late = 0;
  seen.unpunctual = 0;
}
