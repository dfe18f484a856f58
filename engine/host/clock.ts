import { performance } from 'node:perf_hooks';
import { type TimeUs, timeUs } from '../../shared/units.ts';

/** Reads the time; never runs backwards. */
export type Clock = () => TimeUs;

/** A point that every thread of this process counts from. */
export function clockOrigin(): bigint {
  return process.hrtime.bigint();
}

/**
 * Whole microseconds since `origin` on the system's monotonic clock. Clocks of different threads
 * with one origin agree to about a microsecond: `performance.now()` counts from each thread's own
 * start, so that start is measured against the origin once.
 */
export function monotonicClock(origin: bigint): Clock {
  const offsetUs = offsetFrom(origin);
  return () => timeUs(Math.floor(performance.now() * 1000 + offsetUs));
}

const READINGS = 16;

/**
 * From `performance.now()` to the time since `origin`. Between a reading of one and a reading of
 * the other the thread may be put aside for milliseconds, so the closest of several pairs counts.
 */
function offsetFrom(origin: bigint): number {
  let offsetUs = 0;
  let closestUs = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < READINGS; reading++) {
    const beforeUs = performance.now() * 1000;
    const sinceOriginUs = Number(process.hrtime.bigint() - origin) / 1000;
    const apartUs = performance.now() * 1000 - beforeUs;
    if (apartUs < closestUs) {
      closestUs = apartUs;
      offsetUs = sinceOriginUs - beforeUs - apartUs / 2;
    }
  }
  return offsetUs;
}
