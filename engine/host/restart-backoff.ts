const FIRST_DELAY_MS = 10;
const DELAY_MS_MAX = 30_000;
/** A worker that lived this long before it died starts again without delay. */
const HEALTHY_MS = 60_000;

/** How long to wait before a worker is started again: longer each time while it keeps dying. */
export class RestartBackoff {
  #delayMs = FIRST_DELAY_MS;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** The delay for a death at `nowMs`, in milliseconds: 10 at first, doubling up to 30 seconds. */
  next(nowMs: number): number {
    if (nowMs - this.#lastMs > HEALTHY_MS) this.#delayMs = FIRST_DELAY_MS;
    this.#lastMs = nowMs;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(DELAY_MS_MAX, delayMs * 2);
    return delayMs;
  }
}
