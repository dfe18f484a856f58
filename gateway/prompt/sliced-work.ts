interface Job {
  /** Does a slice; true when none is left. */
  readonly slice: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Jobs that take turns; each further one waits, so that few of them hold half-done work. */
const ACTIVE_MAX = 8;

/**
 * Work that would hold the event loop for too long, done in slices: one in each turn of the loop,
 * of one job after another.
 */
export class SlicedWork {
  readonly #active: Job[] = [];
  readonly #waiting: Job[] = [];
  #isScheduled = false;

  /** Jobs that are not done. */
  get size(): number {
    return this.#active.length + this.#waiting.length;
  }

  /** Calls `slice` again and again until it returns true. Rejects with what it throws. */
  run(slice: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ slice, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    while (this.#active.length < ACTIVE_MAX) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#active.push(next);
    }
    if (this.#isScheduled || this.#active.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    const job = this.#active.shift();
    if (job === undefined) return;
    try {
      if (job.slice()) job.resolve();
      else this.#active.push(job);
    } catch (error) {
      job.reject(error);
    }
    this.#schedule();
  }
}
