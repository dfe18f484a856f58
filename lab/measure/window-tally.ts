import { LOG_BUCKETS, logBucketOf, logBucketStart } from '../../shared/log-histogram.ts';
import { blockResamples, type Interval, percentileInterval } from './block-bootstrap.ts';

/** Neighbours are folded to stay at most this many windows. */
const WINDOWS_MAX = 64;
/** Fewer say nothing about the spread of a figure. */
const WINDOWS_MIN = 16;
/** Requests of a window to begin with. */
const FIRST_SIZE = 4;
/** Buckets of a replay's histogram that are one here: 64 of them are an octave. */
const COARSE_LOG2 = 3;
const BUCKETS = LOG_BUCKETS >> COARSE_LOG2;

/** Sums over the windows of a trace, see `WindowTally`. Plain data. */
export interface Windows {
  readonly requestsPerWindow: number;
  readonly in: readonly number[];
  readonly good: readonly number[];
  /** Requests that got a first token; the sums below are over these. */
  readonly started: readonly number[];
  readonly ttftMs: readonly number[];
  readonly promptTokens: readonly number[];
  readonly cachedTokens: readonly number[];
}

/** How far figures would move with other stretches of such traffic: 95 % intervals. */
export interface Spread {
  readonly goodShare: Interval | null;
  readonly tokenHitRate: Interval | null;
  readonly ttftMs: Readonly<Record<'p50' | 'p90' | 'p99', Interval | null>>;
}

/**
 * Sums over windows of equally many requests that arrived one after the other, so that each is a
 * stretch of time. When there are more of them, two neighbours become one: memory does not grow.
 */
export class WindowTally {
  readonly #in = new Float64Array(WINDOWS_MAX);
  readonly #good = new Float64Array(WINDOWS_MAX);
  readonly #started = new Float64Array(WINDOWS_MAX);
  readonly #ttftUs = new Float64Array(WINDOWS_MAX);
  readonly #promptTokens = new Float64Array(WINDOWS_MAX);
  readonly #cachedTokens = new Float64Array(WINDOWS_MAX);
  /** Requests by time to first token: `BUCKETS` counts for each window. */
  readonly #histograms = new Uint32Array(WINDOWS_MAX * BUCKETS);
  #size = FIRST_SIZE;
  #used = 0;
  #leastBucket = BUCKETS;
  #mostBucket = 0;

  /** Measured request `index`, from 0 on and in this order, has arrived. */
  arrived(index: number): void {
    while (index >= this.#size * WINDOWS_MAX) this.#fold();
    const window = Math.floor(index / this.#size);
    this.#used = window + 1;
    this.#in[window]!++;
  }

  /** It has got its first token. */
  started(index: number, ttftUs: number, promptTokens: number, cachedTokens: number): void {
    const window = Math.floor(index / this.#size);
    const bucket = logBucketOf(ttftUs) >> COARSE_LOG2;
    this.#started[window]!++;
    this.#ttftUs[window]! += ttftUs;
    this.#promptTokens[window]! += promptTokens;
    this.#cachedTokens[window]! += cachedTokens;
    this.#histograms[window * BUCKETS + bucket]!++;
    if (bucket < this.#leastBucket) this.#leastBucket = bucket;
    if (bucket > this.#mostBucket) this.#mostBucket = bucket;
  }

  /** It has kept the service level. */
  good(index: number): void {
    this.#good[Math.floor(index / this.#size)]!++;
  }

  windows(): Windows {
    const column = (sums: Float64Array): number[] => Array.from(sums.subarray(0, this.#used));
    return {
      requestsPerWindow: this.#size,
      in: column(this.#in),
      good: column(this.#good),
      started: column(this.#started),
      ttftMs: column(this.#ttftUs).map((us) => us / 1000),
      promptTokens: column(this.#promptTokens),
      cachedTokens: column(this.#cachedTokens),
    };
  }

  /** By a bootstrap over the windows; null where these are too few. */
  spread(): Spread | null {
    if (this.#used < WINDOWS_MIN) return null;
    const resamples = blockResamples(this.#used);
    const ratio = (part: Float64Array, whole: Float64Array): Interval | null =>
      percentileInterval(resamples.map((times) => weighed(part, times) / weighed(whole, times)));
    const [p50 = null, p90 = null, p99 = null] = this.#quantileIntervals(
      resamples,
      [0.5, 0.9, 0.99],
    );
    return {
      goodShare: ratio(this.#good, this.#in),
      tokenHitRate: ratio(this.#cachedTokens, this.#promptTokens),
      ttftMs: { p50, p90, p99 },
    };
  }

  #quantileIntervals(
    resamples: readonly Uint16Array[],
    shares: readonly number[],
  ): (Interval | null)[] {
    const below = this.#cumulativeCounts();
    const quantiles = resamples.map((times) => this.#quantiles(below, times, shares));
    return shares.map((_, at) =>
      percentileInterval(quantiles.map((values) => values[at] ?? Number.NaN)),
    );
  }

  /** Times to first token at `shares` of the windows taken so many `times`, in milliseconds. */
  #quantiles(below: Float64Array, times: Uint16Array, shares: readonly number[]): number[] {
    const used = this.#used;
    const buckets = below.length / used;
    const total = weighed(below, times, (buckets - 1) * used);
    if (total === 0) return [];
    return shares.map((share) => {
      let low = 0;
      let high = buckets - 1;
      let before = 0;
      let until = total;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        const count = weighed(below, times, middle * used);
        if (count < share * total) {
          low = middle;
          before = count;
        } else {
          high = middle;
          until = count;
        }
      }
      const inside = (share * total - before) / (until - before);
      const startUs = this.#startUs(low);
      return (startUs + inside * (this.#startUs(high) - startUs)) / 1000;
    });
  }

  /** Requests of each window below the start of each bucket that is used, and below their end. */
  #cumulativeCounts(): Float64Array {
    const used = this.#used;
    const buckets = Math.max(0, this.#mostBucket - this.#leastBucket + 1);
    const below = new Float64Array((buckets + 1) * used);
    for (let bucket = 0; bucket < buckets; bucket++) {
      for (let window = 0; window < used; window++) {
        const count = this.#histograms[window * BUCKETS + this.#leastBucket + bucket]!;
        below[(bucket + 1) * used + window] = below[bucket * used + window]! + count;
      }
    }
    return below;
  }

  /** Least time of a bucket, counted from the first that is used, in microseconds. */
  #startUs(bucket: number): number {
    return logBucketStart((this.#leastBucket + bucket) << COARSE_LOG2);
  }

  #fold(): void {
    const columns = [this.#in, this.#good, this.#started, this.#ttftUs];
    for (const sums of [...columns, this.#promptTokens, this.#cachedTokens]) foldPairs(sums);
    for (let window = 0; window < WINDOWS_MAX / 2; window++) this.#foldHistograms(window);
    this.#size *= 2;
  }

  /** Makes the histogram of `window` that of the two windows which become this one. */
  #foldHistograms(window: number): void {
    const counts = this.#histograms;
    const least = this.#leastBucket;
    const used = Math.max(0, this.#mostBucket - least + 1);
    const to = window * BUCKETS + least;
    const from = 2 * window * BUCKETS + least;
    for (let at = 0; at < used; at++) {
      counts[to + at] = counts[from + at]! + counts[from + BUCKETS + at]!;
    }
    if (window > 0) counts.fill(0, from, from + used);
    counts.fill(0, from + BUCKETS, from + BUCKETS + used);
  }
}

/** Adds up pairs of neighbours, and clears what becomes free. */
function foldPairs(sums: Float64Array): void {
  const half = sums.length / 2;
  for (let at = 0; at < half; at++) sums[at] = sums[2 * at]! + sums[2 * at + 1]!;
  sums.fill(0, half);
}

/** The sum of the windows taken so many `times`, whose values begin at `from`. */
function weighed(values: Float64Array, times: Uint16Array, from = 0): number {
  let sum = 0;
  for (let at = 0; at < times.length; at++) sum += times[at]! * values[from + at]!;
  return sum;
}
