/**
 * A logarithmic scale for values of any unit: 32 buckets per octave from 1 to 2^36, which is 19
 * hours in microseconds, and bucket 0 for all that is below 1. The middle of its bucket stands for
 * a value, and is at most 1/64 (1.6 %) away from it.
 */

const STEPS_LOG2 = 5;
const STEPS = 1 << STEPS_LOG2;
const OCTAVES = 36;

export const LOG_BUCKETS = OCTAVES * STEPS + 1;

// The upper half of a double is sign, exponent and the first 20 bits of the mantissa: cut behind
// the fifth of these bits, it counts the buckets.
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const UPPER = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
const SHIFT = 20 - STEPS_LOG2;
const BUCKET_OF_ONE = 1023 << STEPS_LOG2;

/** The bucket of `value`, 0 .. LOG_BUCKETS - 1. The last one also holds all that is above. */
export function logBucket(value: number): number {
  if (!(value >= 1)) return 0;
  double[0] = value;
  const bucket = ((halves[UPPER] ?? 0) >>> SHIFT) - BUCKET_OF_ONE + 1;
  return bucket < LOG_BUCKETS ? bucket : LOG_BUCKETS - 1;
}

/** Lowest value of a bucket above 0. */
export function logBucketFloor(bucket: number): number {
  const steps = bucket - 1;
  return 2 ** (steps >>> STEPS_LOG2) * (1 + (steps & (STEPS - 1)) / STEPS);
}

/** The value that stands for all of a bucket. */
export function logBucketMiddle(bucket: number): number {
  if (bucket === 0) return 0;
  return (logBucketFloor(bucket) + logBucketFloor(bucket + 1)) / 2;
}
