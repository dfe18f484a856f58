export interface ArrivalStats {
  /** From the first arrival to the last. */
  readonly spanSeconds: number;
  readonly requestsPerSecond: number;
  /** Coefficient of variation of the gaps between arrivals: 1 for a Poisson process. */
  readonly gapCv: number;
  readonly distinctArrivals: number;
  /** Least and most requests per second over whole minutes of the trace. */
  readonly rateMinuteMin: number;
  readonly rateMinuteMax: number;
  /** Requests in equal buckets of time from the first arrival on; the last may not be whole. */
  readonly bucketSeconds: number;
  readonly buckets: readonly number[];
}

/** What buckets may be long, in seconds, and how many there are at most, but of the longest. */
const BUCKET_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 21_600, 86_400];
const BUCKETS_MAX = 240;

/** Describes arrivals in microseconds, which do not fall. */
export function arrivalStats(arrivalsUs: readonly number[]): ArrivalStats {
  const firstUs = arrivalsUs[0] ?? 0;
  const spanUs = (arrivalsUs.at(-1) ?? 0) - firstUs;
  const gaps = arrivalsUs.length - 1;
  const meanGapUs = spanUs / gaps;
  let gapSquares = 0;
  let distinct = arrivalsUs.length === 0 ? 0 : 1;
  for (let at = 1; at < arrivalsUs.length; at++) {
    const gapUs = arrivalsUs[at]! - arrivalsUs[at - 1]!;
    gapSquares += gapUs ** 2;
    if (gapUs > 0) distinct++;
  }
  const perMinute = countsPer(60e6, arrivalsUs, firstUs);
  const wholeMinutes = perMinute.slice(0, Math.max(1, perMinute.length - 1));
  const bucketSeconds =
    BUCKET_SECONDS.find((seconds) => spanUs < seconds * 1e6 * BUCKETS_MAX) ??
    Math.ceil(spanUs / 86_400e6 / BUCKETS_MAX) * 86_400;
  return {
    spanSeconds: spanUs / 1e6,
    requestsPerSecond: (arrivalsUs.length / spanUs) * 1e6,
    gapCv: Math.sqrt(Math.max(0, gapSquares / gaps - meanGapUs ** 2)) / meanGapUs,
    distinctArrivals: distinct,
    rateMinuteMin: wholeMinutes.reduce((least, count) => Math.min(least, count)) / 60,
    rateMinuteMax: wholeMinutes.reduce((most, count) => Math.max(most, count)) / 60,
    bucketSeconds,
    buckets: countsPer(bucketSeconds * 1e6, arrivalsUs, firstUs),
  };
}

function countsPer(us: number, arrivalsUs: readonly number[], firstUs: number): number[] {
  const counts = [0];
  for (const arrivalUs of arrivalsUs) {
    const bucket = Math.floor((arrivalUs - firstUs) / us);
    while (counts.length <= bucket) counts.push(0);
    counts[bucket]!++;
  }
  return counts;
}
