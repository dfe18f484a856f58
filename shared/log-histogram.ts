/** Integers below this have a bucket of their own. */
const EXACT = 1024;
const EXACT_LOG2 = 10;
/** Buckets per octave above that, as a power of two. */
const SUB_LOG2 = 9;
const SUB_MASK = (1 << SUB_LOG2) - 1;
/** Values are below 2^51: seventy years in microseconds. */
const OCTAVES = 51 - EXACT_LOG2;
const HIGH_LOG2 = 20;

/** Buckets of a histogram. */
export const LOG_BUCKETS = EXACT + (OCTAVES << SUB_LOG2);

/**
 * Counts of non-negative integers in buckets whose width is at most 1/512 of what they hold, so
 * that a quantile is off by less than 0.1 %, whatever the distribution and however long it gets.
 * Mean, least and greatest are exact. All state is integers: the order of additions does not
 * matter.
 */
export class LogHistogram {
  readonly #counts = new Float64Array(LOG_BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Not a number when nothing was added. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** Adds `value`, an integer in 0 .. 2^51 - 1, `weight` times. */
  add(value: number, weight = 1): void {
    const bucket = logBucketOf(value);
    this.#counts[bucket] = this.#counts[bucket]! + weight;
    this.#count += weight;
    this.#sum += value * weight;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /**
   * The values at `shares`, which rise within 0 .. 1: the least value that is not below that share
   * of all (nearest rank). Not a number when nothing was added.
   */
  quantiles(shares: readonly number[]): number[] {
    if (this.#count === 0) return shares.map(() => Number.NaN);
    const values: number[] = [];
    let bucket = -1;
    let below = 0;
    for (const share of shares) {
      const rank = Math.max(1, Math.ceil(share * this.#count));
      while (below < rank) below += this.#counts[++bucket]!;
      values.push(Math.min(this.#max, Math.max(this.#min, middleOf(bucket))));
    }
    return values;
  }
}

/** The bucket of `value`, an integer in 0 .. 2^51 - 1. */
export function logBucketOf(value: number): number {
  if (value < EXACT) return value;
  if (value < 0x80000000) {
    const octave = 31 - Math.clz32(value);
    const sub = (value >>> (octave - SUB_LOG2)) & SUB_MASK;
    return EXACT + ((octave - EXACT_LOG2) << SUB_LOG2) + sub;
  }
  // Past 31 bits only the upper ones are needed, and these fit an integer again.
  const high = Math.floor(value / 2 ** HIGH_LOG2);
  const octave = 31 - Math.clz32(high);
  const sub = (high >>> (octave - SUB_LOG2)) & SUB_MASK;
  return EXACT + ((octave + HIGH_LOG2 - EXACT_LOG2) << SUB_LOG2) + sub;
}

/** The least integer that `bucket` holds. */
export function logBucketStart(bucket: number): number {
  if (bucket < EXACT) return bucket;
  return 2 ** octaveOf(bucket) + ((bucket - EXACT) & SUB_MASK) * widthOf(bucket);
}

/** The middle of the integers that `bucket` holds. */
function middleOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  return logBucketStart(bucket) + (widthOf(bucket) - 1) / 2;
}

function octaveOf(bucket: number): number {
  return EXACT_LOG2 + ((bucket - EXACT) >>> SUB_LOG2);
}

function widthOf(bucket: number): number {
  return 2 ** (octaveOf(bucket) - SUB_LOG2);
}
