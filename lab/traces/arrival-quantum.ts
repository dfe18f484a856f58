import { Rng } from '../../shared/rng.ts';
import type { TraceTable } from './trace-table.ts';

/** Times that were rounded, so that requests which came one after the other arrive together. */
export interface ArrivalQuantum {
  /** From one moment at which requests arrive to the next. */
  readonly us: number;
  /** Requests that arrive at such a moment, on average. */
  readonly perMoment: number;
}

/** Shorter quanta move nothing that a percentile of a latency would show. */
const LEAST_US = 10_000;
const PER_MOMENT_MIN = 2;
const MOMENTS_MIN = 10;
/** So many of the gaps are multiples of the quantum, each up to this part of it. */
const MULTIPLES_SHARE = 0.8;
const TOLERANCE = 0.05;

/** The quantum of a table's arrivals; undefined where they are not rounded. */
export function arrivalQuantum(table: TraceTable): ArrivalQuantum | undefined {
  const moments = momentsOf(table);
  const perMoment = table.arrivals.length / moments.length;
  if (moments.length < MOMENTS_MIN || perMoment < PER_MOMENT_MIN) return undefined;
  const gaps = moments.slice(1).map((atUs, before) => atUs - (moments[before] ?? 0));
  const us = gaps.toSorted((a, b) => a - b)[gaps.length >> 1] ?? 0;
  const multiples = gaps.filter((gap) => {
    const quanta = gap / us;
    return Math.abs(quanta - Math.round(quanta)) <= TOLERANCE;
  });
  const isRounded = us >= LEAST_US && multiples.length >= MULTIPLES_SHARE * gaps.length;
  return isRounded ? { us, perMoment } : undefined;
}

/**
 * The table with the arrivals of each moment drawn anew, evenly over the `quantumUs` that follow or
 * up to the next moment. They keep their order; turns that wait keep their think times.
 */
export function spreadArrivals(table: TraceTable, quantumUs: number, seed: number): TraceTable {
  const { arrivals, timeUs } = table;
  const spreadUs = new Float64Array(new SharedArrayBuffer(timeUs.byteLength));
  spreadUs.set(timeUs);
  const rng = new Rng(seed).fork('spread');
  let first = 0;
  while (first < arrivals.length) {
    const atUs = timeUs[arrivals[first]!]!;
    let end = first + 1;
    while (end < arrivals.length && timeUs[arrivals[end]!] === atUs) end++;
    const nextUs = end < arrivals.length ? timeUs[arrivals[end]!]! : Number.POSITIVE_INFINITY;
    const roomUs = Math.min(quantumUs, nextUs - atUs);
    const offsets = Float64Array.from({ length: end - first }, () => rng.unit() * roomUs).sort();
    for (const [at, offsetUs] of offsets.entries()) {
      spreadUs[arrivals[first + at]!] = Math.floor(atUs + offsetUs);
    }
    first = end;
  }
  return { ...table, timeUs: spreadUs };
}

function momentsOf({ arrivals, timeUs }: TraceTable): number[] {
  const moments: number[] = [];
  for (const row of arrivals) {
    const atUs = timeUs[row]!;
    if (atUs !== moments.at(-1)) moments.push(atUs);
  }
  return moments;
}
