import type { Punctuality } from './punctuality.ts';

const INTERVAL_US = 50_000;
/** Missed looks that are recorded one by one: 10 s. A longer pause was a stopped process. */
const MISSED_MAX = 200;

/**
 * Looks at the event loop twenty times a second: every look is due at a point of a fixed grid, and
 * its lag is how late the loop came to it. All looks that a pause makes late are recorded, so that
 * a long pause weighs as much as it lasts. Timers come in whole milliseconds, so a lag of up to
 * 1 ms is none.
 *
 * `perf_hooks.monitorEventLoopDelay` keeps one histogram since its start, from which neither
 * windows nor the buckets of a series can be had, and leaves out the looks that a pause swallows.
 * At its usual 10 ms it costs some 0.3 % of a core while idle, against 0.2 % here.
 */
export class LoopLagSampler {
  readonly #punctuality: Punctuality;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;
  #dueUs = 0;

  constructor(punctuality: Punctuality, clock: () => number) {
    this.#punctuality = punctuality;
    this.#clock = clock;
  }

  /** Does not keep the process alive. */
  start(): void {
    this.#dueUs = this.#clock() + INTERVAL_US;
    this.#sleep(INTERVAL_US);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #look = (): void => {
    const nowUs = this.#clock();
    this.#dueUs = Math.max(this.#dueUs, nowUs - MISSED_MAX * INTERVAL_US);
    while (this.#dueUs <= nowUs) {
      this.#punctuality.loopTurned(nowUs - this.#dueUs, nowUs);
      this.#dueUs += INTERVAL_US;
    }
    this.#sleep(this.#dueUs - nowUs);
  };

  #sleep(us: number): void {
    this.#timer = setTimeout(this.#look, Math.ceil(us / 1000)).unref();
  }
}
