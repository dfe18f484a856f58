import { InvalidArgumentError } from 'commander';
import type { Distribution, ReplayResult } from '../measure/replay-result.ts';
import { roundDurationText } from '../report/figure-text.ts';
import type { ServiceLevel } from '../simulate/replay-config.ts';
import { meanOf } from './mean.ts';

/** A latency that a service level bounds, as it is called on the command line. */
type BoundLatency = 'ttft' | 'itl' | 'e2e';

const FIELDS = { ttft: 'ttftUs', itl: 'itlUs', e2e: 'e2eUs' } as const;
const FIGURES = { ttft: 'ttftMs', itl: 'itlMs', e2e: 'e2eMs' } as const;
const PERCENTILES = { p50: 50, p90: 90, p95: 95, p99: 99 } as const;

/** A bound that holds for a percentile over all measured requests, `itl` over all their gaps. */
export interface PercentileBound {
  readonly latency: BoundLatency;
  readonly percentile: keyof typeof PERCENTILES;
  readonly us: number;
}

/** What each good request keeps, and what holds over all of them. */
export interface LabServiceLevel extends ServiceLevel {
  readonly percentiles: readonly PercentileBound[];
}

const NAME = /^(ttft|itl|e2e)(?:_(p50|p90|p95|p99))?$/;
const EXAMPLE = 'expected for example ttft=2s,itl=25ms,e2e=60s or ttft_p90=500ms';

/** `ttft=2s,itl=25ms,ttft_p90=500ms`, each bound once. Throws `InvalidArgumentError`. */
export function serviceLevel(text: string): LabServiceLevel {
  const own = new Map<string, number>();
  const percentiles: PercentileBound[] = [];
  const seen = new Set<string>();
  for (const part of text.split(',').map((each) => each.trim())) {
    const [, name = '', amount, unit] = /^(\w+)=(\d+(?:\.\d+)?)(us|ms|s)$/.exec(part) ?? [];
    if (name === '') throw new InvalidArgumentError(`${part} is no bound; ${EXAMPLE}`);
    const [, latency, percentile] = NAME.exec(name) ?? [];
    if (!isLatency(latency)) {
      throw new InvalidArgumentError(
        `nothing is called ${name}; there are ttft, itl and e2e of each request, and their ` +
          `percentiles over all, _p50, _p90, _p95 and _p99, such as ttft_p90`,
      );
    }
    if (seen.has(name)) {
      throw new InvalidArgumentError(`${name} is bounded twice; expected each bound once`);
    }
    seen.add(name);
    const us = Number(amount) * (unit === 's' ? 1e6 : unit === 'ms' ? 1e3 : 1);
    if (isPercentile(percentile)) percentiles.push({ latency, percentile, us });
    else own.set(FIELDS[latency], us);
  }
  const bound = (field: string): number => own.get(field) ?? Number.POSITIVE_INFINITY;
  return { ttftUs: bound('ttftUs'), itlUs: bound('itlUs'), e2eUs: bound('e2eUs'), percentiles };
}

/** Whether it says what a good request is. */
export function judgesRequests(level: LabServiceLevel): boolean {
  return ownBounds(level).length > 0;
}

/**
 * Whether in the mean over `results`, which differ in their seeds, `share` of the requests are
 * good, where that is asked, and all percentiles hold in each.
 */
export function isKept(
  level: LabServiceLevel,
  share: number,
  results: readonly ReplayResult[],
): boolean {
  const isGood =
    !judgesRequests(level) || meanOf(results.map(({ goodShare }) => goodShare)) >= share;
  return isGood && results.every((result) => brokenBounds(level, result).length === 0);
}

/**
 * The bounds on percentiles that do not hold. Of a percentile so many requests must have finished:
 * one that was rejected kept nobody waiting, but is no reason to call a fleet fast.
 */
export function brokenBounds(
  { percentiles }: LabServiceLevel,
  result: ReplayResult,
): PercentileBound[] {
  const finishedPercent = (100 * result.requests.finished) / result.requests.in;
  return percentiles.filter((bound) => {
    const ms = percentileOf(bound, result);
    return !(finishedPercent >= PERCENTILES[bound.percentile]) || (ms ?? 0) > bound.us / 1000;
  });
}

/** What the replay has where `bound` bounds it, in milliseconds; null where there is nothing. */
export function percentileOf(
  { latency, percentile }: PercentileBound,
  { latencies }: ReplayResult,
): number | null {
  const distribution: Distribution = latencies[FIGURES[latency]];
  return distribution[percentile];
}

/** `ttft_p90` */
export function boundName({ latency, percentile }: PercentileBound): string {
  return `${latency}_${percentile}`;
}

/** `mean ITL` of each request, or `TTFT p90` over all. */
export function boundLabel({
  latency,
  percentile,
}: Pick<PercentileBound, 'latency'> & Partial<PercentileBound>): string {
  const name = latency.toUpperCase();
  if (percentile !== undefined) return `${name} ${percentile}`;
  return latency === 'itl' ? `mean ${name}` : name;
}

/** The service level as `serviceLevel` takes it; empty where it asks for nothing. */
export function serviceLevelFlag(level: LabServiceLevel): string {
  return [
    ...ownBounds(level).map(([name, us]) => `${name}=${flagDuration(us)}`),
    ...level.percentiles.map((bound) => `${boundName(bound)}=${flagDuration(bound.us)}`),
  ].join(',');
}

/** The service level in a sentence or two. */
export function serviceLevelText(level: LabServiceLevel): string {
  const within = (label: string, us: number): string =>
    `${label} within ${roundDurationText(us / 1000)}`;
  const own = ownBounds(level).map(([latency, us]) => within(boundLabel({ latency }), us));
  const overAll = level.percentiles.map((bound) => within(boundLabel(bound), bound.us));
  return [
    ...(own.length === 0 ? [] : [`A good request has ${own.join(', ')}.`]),
    ...(overAll.length === 0 ? [] : [`Over all requests: ${overAll.join(', ')}.`]),
  ].join(' ');
}

/** Bounds of each request, by name. */
export function ownBounds(level: ServiceLevel): (readonly [BoundLatency, number])[] {
  const bounds = [
    ['ttft', level.ttftUs],
    ['itl', level.itlUs],
    ['e2e', level.e2eUs],
  ] as const;
  return bounds.filter(([, us]) => Number.isFinite(us));
}

/** In the largest unit that it is a whole number of. */
function flagDuration(us: number): string {
  if (us % 1e6 === 0) return `${us / 1e6}s`;
  return us % 1e3 === 0 ? `${us / 1e3}ms` : `${us}us`;
}

function isLatency(name: string | undefined): name is BoundLatency {
  return name !== undefined && Object.hasOwn(FIELDS, name);
}

function isPercentile(name: string | undefined): name is keyof typeof PERCENTILES {
  return name !== undefined && Object.hasOwn(PERCENTILES, name);
}
