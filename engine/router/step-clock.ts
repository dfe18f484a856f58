import type { LoadReport } from '../../shared/protocol.ts';

/**
 * The step under way on each worker, as the router knows it: when it ends, and how much prefill is
 * in it. A worker says so when the step begins. Where none is under way, what is placed begins one,
 * which the worker will tell of only when it has ended: until then it is what the router expects.
 */
export class StepClock {
  readonly #tokens: Float64Array;
  readonly #endUs: Float64Array;
  /** Of steps that only decode and follow each other untold; 0 where they cannot be alike. */
  readonly #lengthUs: Float64Array;
  /** When a step began that the router expects; not a number where the worker told of it. */
  readonly #beganUs: Float64Array;

  constructor(workers: number) {
    this.#tokens = new Float64Array(workers);
    this.#endUs = new Float64Array(workers);
    this.#lengthUs = new Float64Array(workers);
    this.#beganUs = new Float64Array(workers).fill(Number.NaN);
  }

  /** What `worker` reported in a batch that ended at `endUs`. */
  report(worker: number, load: LoadReport, endUs: number): void {
    const { stepPrefillTokens, stepLengthUs, stepLeftUs } = load;
    this.#tokens[worker] = stepPrefillTokens;
    this.#endUs[worker] = endUs + stepLeftUs;
    this.#lengthUs[worker] = stepPrefillTokens > 0 ? 0 : stepLengthUs;
    this.#beganUs[worker] = Number.NaN;
  }

  /** Time until what is placed on `worker` at `atUs` can begin; 0 where its news are overdue. */
  leftUs(worker: number, atUs: number): number {
    if (this.#beganUs[worker] === atUs) return 0;
    const leftUs = this.#endUs[worker]! - atUs;
    if (leftUs >= 0) return leftUs;
    const lengthUs = this.#lengthUs[worker]!;
    return lengthUs === 0 ? 0 : (lengthUs - (-leftUs % lengthUs)) % lengthUs;
  }

  /** Pending prompt tokens of `worker` that were in a step before `atUs`: none can join those. */
  begunTokens(worker: number, atUs: number): number {
    return this.#beganUs[worker] === atUs ? 0 : this.#tokens[worker]!;
  }

  /**
   * `tokens` of prefill are placed on `worker` at `atUs`. Returns what is in the step that begins
   * with them, whose end `expectEnd` must say; 0 where they wait for the one under way.
   */
  place(worker: number, tokens: number, atUs: number): number {
    if (this.leftUs(worker, atUs) > 0) return 0;
    const joined = this.#beganUs[worker] === atUs ? this.#tokens[worker]! : 0;
    this.#beganUs[worker] = atUs;
    this.#lengthUs[worker] = 0;
    this.#tokens[worker] = joined + tokens;
    return joined + tokens;
  }

  expectEnd(worker: number, endUs: number): void {
    this.#endUs[worker] = endUs;
  }

  /** `worker` has crashed. */
  forget(worker: number): void {
    this.#tokens[worker] = 0;
    this.#endUs[worker] = 0;
    this.#lengthUs[worker] = 0;
    this.#beganUs[worker] = Number.NaN;
  }
}
