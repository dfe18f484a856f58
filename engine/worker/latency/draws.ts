import { nextUnit } from '../../../shared/rng.ts';

/** Uniform in mean (1 ± percent/100); `percent` 0 draws nothing. */
export function uniform(
  mean: number,
  percent: number,
  streams: Uint32Array,
  stream: number,
): number {
  if (percent === 0) return mean;
  return mean * (1 + (percent / 100) * (2 * nextUnit(streams, stream) - 1));
}

/** Normal, by Box and Muller; `deviation` 0 draws nothing. */
export function normal(
  mean: number,
  deviation: number,
  streams: Uint32Array,
  stream: number,
): number {
  if (deviation === 0) return mean;
  const radius = Math.sqrt(-2 * Math.log(1 - nextUnit(streams, stream)));
  return mean + deviation * radius * Math.cos(2 * Math.PI * nextUnit(streams, stream));
}

/** Normal with a deviation of `percent` of the mean, cut off at 0.3 and 1.7 of the mean. */
export function clampedNormal(
  mean: number,
  percent: number,
  streams: Uint32Array,
  stream: number,
): number {
  const drawn = normal(mean, (mean * percent) / 100, streams, stream);
  return Math.min(1.7 * mean, Math.max(0.3 * mean, drawn));
}
