import { LOG_BUCKETS, logBucketMiddle } from './log-scale.ts';
import { SLOTS, SlotRing } from './slot-ring.ts';

/** What a window says, all of it 0 while the window is empty. */
export interface WindowStats {
  readonly count: number;
  readonly avg: number;
  readonly min: number;
  readonly max: number;
  /** Percentiles by nearest rank, at most 1.6 % off; the rest is exact. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

const NO_BUCKETS = new Uint32Array(0);
/** Counts of all slots of the window that is being read. */
const merged = new Uint32Array(LOG_BUCKETS);

/**
 * Values of the last seconds, in memory that does not depend on how many there are: some 90 KB from
 * the first value on. Values are not negative.
 */
export class SlidingWindow {
  readonly #ring: SlotRing;
  readonly #counts = new Float64Array(SLOTS);
  readonly #sums = new Float64Array(SLOTS);
  readonly #mins = new Float64Array(SLOTS);
  readonly #maxs = new Float64Array(SLOTS);
  #buckets = NO_BUCKETS;

  constructor(windowUs: number, startUs: number) {
    this.#ring = new SlotRing(windowUs, startUs);
  }

  /** Takes in `count` equal values, whose bucket on the logarithmic scale is `bucket`. */
  record(value: number, bucket: number, count: number, nowUs: number): void {
    const ring = this.#ring;
    if (nowUs >= ring.endUs) this.#enter(nowUs);
    const at = ring.current;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
    this.#sums[at] = (this.#sums[at] ?? 0) + value * count;
    if (value < (this.#mins[at] ?? 0)) this.#mins[at] = value;
    if (value > (this.#maxs[at] ?? 0)) this.#maxs[at] = value;
    const cell = at * LOG_BUCKETS + bucket;
    this.#buckets[cell] = (this.#buckets[cell] ?? 0) + count;
  }

  /** What the window that ends at `nowUs` says. */
  stats(nowUs: number): WindowStats {
    let count = 0;
    let sum = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    merged.fill(0);
    for (let place = 0; place < SLOTS; place++) {
      if (!this.#ring.isLive(place, nowUs)) continue;
      count += this.#counts[place] ?? 0;
      sum += this.#sums[place] ?? 0;
      min = Math.min(min, this.#mins[place] ?? min);
      max = Math.max(max, this.#maxs[place] ?? max);
      this.#mergeBuckets(place);
    }
    if (count === 0) min = 0;
    return {
      count,
      avg: count === 0 ? 0 : sum / count,
      min,
      max,
      p50: percentile(0.5, count, min, max),
      p90: percentile(0.9, count, min, max),
      p99: percentile(0.99, count, min, max),
    };
  }

  /** Values a second, over the window that ends at `nowUs`. */
  valuesPerSecond(nowUs: number): number {
    return this.#ring.perSecond(this.#counts, nowUs);
  }

  /** Sum of the values a second. */
  sumPerSecond(nowUs: number): number {
    return this.#ring.perSecond(this.#sums, nowUs);
  }

  #enter(nowUs: number): void {
    if (this.#buckets.length === 0) this.#buckets = new Uint32Array(SLOTS * LOG_BUCKETS);
    this.#ring.enter(nowUs);
    const at = this.#ring.current;
    this.#counts[at] = 0;
    this.#sums[at] = 0;
    this.#mins[at] = Number.POSITIVE_INFINITY;
    this.#maxs[at] = 0;
    this.#buckets.fill(0, at * LOG_BUCKETS, (at + 1) * LOG_BUCKETS);
  }

  #mergeBuckets(place: number): void {
    const from = place * LOG_BUCKETS;
    for (let bucket = 0; bucket < LOG_BUCKETS; bucket++) {
      merged[bucket] = (merged[bucket] ?? 0) + (this.#buckets[from + bucket] ?? 0);
    }
  }
}

/** The value of rank `share` * `count` in `merged`: the middle of its bucket, within [min, max]. */
function percentile(share: number, count: number, min: number, max: number): number {
  if (count === 0) return 0;
  const rank = Math.ceil(share * count);
  let seen = 0;
  for (let bucket = 0; bucket < LOG_BUCKETS; bucket++) {
    seen += merged[bucket] ?? 0;
    if (seen >= rank) return Math.min(Math.max(logBucketMiddle(bucket), min), max);
  }
  return max;
}
