const US_PER_MINUTE = 60e6;

/**
 * What may be used of something per minute. It is full at first, holds as much as a minute brings
 * and fills up by itself. Times are in microseconds, and an argument.
 */
export class TokenBucket {
  readonly #perMinute: number;
  #level: number;
  #atUs: number;

  constructor(perMinute: number, nowUs: number) {
    this.#perMinute = perMinute;
    this.#level = perMinute;
    this.#atUs = nowUs;
  }

  /** What is in it; below zero where more was used than there was. */
  level(nowUs: number): number {
    const elapsedUs = Math.max(0, nowUs - this.#atUs);
    const filled = this.#level + (elapsedUs * this.#perMinute) / US_PER_MINUTE;
    this.#level = Math.min(this.#perMinute, filled);
    this.#atUs += elapsedUs;
    return this.#level;
  }

  /** Adds to what is in it, or takes from it, whether or not there is as much. */
  add(count: number, nowUs: number): void {
    this.#level = Math.min(this.#perMinute, this.level(nowUs) + count);
  }
}

/** How long a bucket with `level` in it takes until it holds `wanted`, in microseconds. */
export function fillUs(level: number, wanted: number, perMinute: number): number {
  return (Math.max(0, wanted - level) * US_PER_MINUTE) / perMinute;
}
