const PERIOD_US = 1_000_000;
/** Periods that a judgement is based on. */
const PERIODS = 5;
/** Judgements in a row that change the verdict. */
const SUSTAINED = 3;
/** Beyond this, in microseconds, a token or the event loop is too late. */
const LATE_US = 50_000;
/** Within this it is in time again. */
const PUNCTUAL_US = 25_000;
/** p99: one in a hundred may be. */
const SHARE = 0.01;

/** Columns of a period: tokens, then looks at the event loop; all, late, not punctual. */
const COLUMNS = 6;
const LOOP = 3;

/**
 * Whether this process keeps up with what it simulates. It is saturated when over 5 s the p99 of
 * token lateness or of event-loop lag is above 50 ms, three seconds in a row; no more so when both
 * are below 25 ms, three seconds in a row. A pause now and then, such as a garbage collection, is
 * neither: a simulation that cannot keep up gets later and later.
 */
export class Saturation {
  readonly #counts = new Float64Array(PERIODS * COLUMNS);
  #period = 0;
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
  tokens(lateUs: number, count: number): void {
    this.#add(0, lateUs, count);
  }

  /** The event loop came round `lagUs` late. */
  loop(lagUs: number): void {
    this.#add(LOOP, lagUs, 1);
  }

  /** Judges when a second is over. To be called several times a second. */
  tick(nowUs: number): void {
    if (nowUs < this.#endUs) return;
    this.#judge();
    // After a long pause the seconds that nobody saw are not judged.
    this.#endUs = nowUs + PERIOD_US;
    this.#period = (this.#period + 1) % PERIODS;
    this.#counts.fill(0, this.#period * COLUMNS, (this.#period + 1) * COLUMNS);
  }

  #judge(): void {
    const limit = this.#saturated ? 2 : 1;
    const late = this.#exceeds(limit) || this.#exceeds(LOOP + limit);
    this.#contrary = late === this.#saturated ? 0 : this.#contrary + 1;
    if (this.#contrary < SUSTAINED) return;
    this.#saturated = late;
    this.#contrary = 0;
  }

  /** Whether more than one in a hundred is counted in `column`. */
  #exceeds(column: number): boolean {
    const all = column < LOOP ? 0 : LOOP;
    return this.#sum(column) > SHARE * this.#sum(all);
  }

  #sum(column: number): number {
    let sum = 0;
    for (let at = column; at < PERIODS * COLUMNS; at += COLUMNS) sum += this.#counts[at] ?? 0;
    return sum;
  }

  #add(column: number, us: number, count: number): void {
    const at = this.#period * COLUMNS + column;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
    if (us > LATE_US) this.#counts[at + 1] = (this.#counts[at + 1] ?? 0) + count;
    if (us > PUNCTUAL_US) this.#counts[at + 2] = (this.#counts[at + 2] ?? 0) + count;
  }
}
