import type { Series } from '../measure/replay-result.ts';
import { rounded } from './figure-text.ts';
import { loadSpread } from './load-spread.ts';
import type { ReportData } from './report-data.ts';
import type { CellGroup, ReportGrid, Setting } from './report-grid.ts';
import { type SeriesStyle, seriesStyles } from './series-style.ts';

/** Heat maps of all runs together hold no more numbers than this, so that the file stays small. */
const HEAT_NUMBERS_MAX = 50_000;
/** A heat map stays at least this fine in time, however many workers and runs there are. */
const HEAT_BUCKETS_MIN = 24;

/** One cell of the grid in the plots that compare all of them. */
export interface PointView {
  /** Index in `ReportView.policies`. */
  readonly policy: number;
  /** Index in `ReportView.settings`. */
  readonly setting: number;
  readonly seed: number;
  readonly tokenHitRate: number | null;
  readonly loadSpread: number | null;
  readonly goodPerSecond: number;
  /** Measured, which is less than the setting's rate where turns wait for answers. */
  readonly arrivalsPerSecond: number;
}

/** Values of one worker after the other, in equal buckets of time. */
export interface HeatView {
  readonly bucketSeconds: number;
  /** Requests on each worker, running and waiting, mean of each bucket. */
  readonly load: readonly (readonly number[])[];
  /** The most that waited on each worker at one time of each bucket. */
  readonly mostWaiting: readonly (readonly number[])[];
  /** Share of each worker's KV blocks in use by running requests, mean of each bucket. */
  readonly kvUse: readonly (readonly number[])[];
}

/** What went on in one cell: one policy in one setting, with the first of its seeds. */
export interface RunView {
  readonly policy: number;
  readonly setting: number;
  readonly seed: number;
  /** Milliseconds at `CURVE_SHARES`; empty when there was nothing to measure. */
  readonly ttftMs: readonly number[];
  readonly itlMs: readonly number[];
  readonly bucketSeconds: number;
  /** Requests waiting for a worker's admission, over all workers, mean of each bucket. */
  readonly queue: readonly number[];
  /** The most that waited at one time of each bucket. */
  readonly queueMost: readonly number[];
  readonly tokenHitRate: readonly (number | null)[];
  /** Token hit rate of one infinite cache, 0 .. 1, mean of all seeds; `null` where unknown. */
  readonly hitBound: number | null;
  readonly heat: HeatView;
}

/** What the script of the page draws: the results, thinned to what a plot can show. */
export interface ReportView {
  readonly policies: readonly string[];
  /** How each policy is drawn. */
  readonly styles: readonly SeriesStyle[];
  readonly settings: readonly Setting[];
  /** Bounds of the service level in milliseconds; `null` where nothing is asked for. */
  readonly ttftMsMax: number | null;
  readonly itlMsMax: number | null;
  readonly points: readonly PointView[];
  readonly runs: readonly RunView[];
}

export function reportView(data: ReportData, grid: ReportGrid): ReportView {
  const { serviceLevel } = data;
  const heatNumbers = grid.groups.reduce(
    (sum, { cells }) => sum + 2 * cells[0].result.series.running.length,
    0,
  );
  const heatBuckets = Math.max(HEAT_BUCKETS_MIN, Math.floor(HEAT_NUMBERS_MAX / heatNumbers));
  return {
    policies: grid.policies,
    styles: seriesStyles(grid.policies),
    settings: grid.settings,
    ttftMsMax: boundMs(serviceLevel.ttftUs),
    itlMsMax: boundMs(serviceLevel.itlUs),
    points: grid.groups.flatMap(({ policy, setting, cells }) =>
      cells.map(({ seed, result }) => ({
        policy,
        setting,
        seed,
        tokenHitRate: result.cache.tokenHitRate,
        loadSpread: loadSpread(result.series),
        goodPerSecond: result.goodPerSecond,
        arrivalsPerSecond: result.arrivalsPerSecond,
      })),
    ),
    runs: grid.groups.map((group) => runView(group, heatBuckets)),
  };
}

function runView({ policy, setting, cells }: CellGroup, heatBuckets: number): RunView {
  const [cell] = cells;
  const { curves, series } = cell.result;
  return {
    policy,
    setting,
    seed: cell.seed,
    ttftMs: curves.ttftMs.map((ms) => rounded(ms, 4)),
    itlMs: curves.itlMs.map((ms) => rounded(ms, 4)),
    bucketSeconds: series.bucketSeconds,
    queue: columnSums(series.waiting).map((requests) => rounded(requests, 4)),
    queueMost: series.queueMost,
    tokenHitRate: series.tokenHitRate.map((rate) => (rate === null ? null : rounded(rate, 3))),
    hitBound: meanOf(cells.flatMap(({ bound }) => bound?.tokenHitRate ?? [])),
    heat: heatView(series, heatBuckets),
  };
}

function heatView(series: Series, buckets: number): HeatView {
  const { bucketSeconds, running, waiting, mostWaiting, kvUse } = series;
  const merged = Math.ceil((running[0]?.length ?? 0) / buckets) || 1;
  const load = running.map((row, worker) => columnSums([row, waiting[worker] ?? []]));
  return {
    bucketSeconds: bucketSeconds * merged,
    load: load.map((row) => mergeBuckets(row, merged).map((requests) => rounded(requests, 3))),
    mostWaiting: mostWaiting.map((row) => greatestOf(row, merged)),
    kvUse: kvUse.map((row) => mergeBuckets(row, merged).map((share) => rounded(share, 2))),
  };
}

/** Every `size` buckets become one, their mean; the last one may have fewer. */
export function mergeBuckets(row: readonly number[], size: number): readonly number[] {
  if (size === 1) return row;
  return Array.from({ length: Math.ceil(row.length / size) }, (_, bucket) => {
    const part = row.slice(bucket * size, (bucket + 1) * size);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function greatestOf(row: readonly number[], size: number): readonly number[] {
  return Array.from({ length: Math.ceil(row.length / size) }, (_, bucket) =>
    Math.max(...row.slice(bucket * size, (bucket + 1) * size)),
  );
}

function columnSums(rows: readonly (readonly number[])[]): number[] {
  const [first = []] = rows;
  return first.map((_, bucket) => rows.reduce((sum, row) => sum + (row[bucket] ?? 0), 0));
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function boundMs(us: number): number | null {
  return Number.isFinite(us) ? us / 1000 : null;
}
