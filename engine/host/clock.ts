import { type TimeUs, timeUs } from '../../shared/units.ts';

/** Reads the time; never runs backwards. */
export type Clock = () => TimeUs;

/** A point that every thread of this process counts from. */
export function clockOrigin(): bigint {
  return process.hrtime.bigint();
}

/**
 * Whole microseconds since `origin` on the system's monotonic clock. Clocks of different threads
 * with one origin agree: `performance.now()` counts from each thread's own start, so that start is
 * measured against the origin once.
 */
export function monotonicClock(origin: bigint): Clock {
  const offsetUs = Number(process.hrtime.bigint() - origin) / 1000 - performance.now() * 1000;
  return () => timeUs(Math.floor(performance.now() * 1000 + offsetUs));
}
