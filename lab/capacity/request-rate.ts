import type { ReplayResult, Series } from '../measure/replay-result.ts';

/** Part of the requests at either end that `middleRate` leaves out. */
const END_SHARE = 0.1;

/** Requests per second that came; those that were served where all came at once. */
export function arrivalRate(result: ReplayResult): number {
  return result.arrivalsPerSecond || servedRate(result);
}

/** Requests per second that were served, from the first arrival to the last end. */
export function servedRate({ requests, seconds }: ReplayResult): number {
  return seconds === 0 ? 0 : requests.finished / seconds;
}

/**
 * Requests per second while the middle 80 % of them arrived. Sessions that begin and those that go
 * on for long at the end would draw a mean over the whole time far below what came in between.
 */
export function middleRate({ arrivals, bucketSeconds }: Series): number {
  const requests = arrivals.reduce((sum, count) => sum + count, 0);
  const timeOf = (number: number): number => {
    let before = 0;
    for (const [bucket, count] of arrivals.entries()) {
      if (count > 0 && before + count >= number) {
        return (bucket + (number - before) / count) * bucketSeconds;
      }
      before += count;
    }
    return arrivals.length * bucketSeconds;
  };
  const seconds = timeOf((1 - END_SHARE) * requests) - timeOf(END_SHARE * requests);
  return seconds === 0 ? 0 : ((1 - 2 * END_SHARE) * requests) / seconds;
}
