import type { Distribution, ReplayResult } from '../replay-result.ts';
import { countText, durationText, numberText, percentText, ratioText } from './figure-text.ts';
import { loadSpread } from './load-spread.ts';
import type { ReportCell } from './report-data.ts';

/** One figure of a cell, as a column of a table of policies. */
export interface SummaryColumn {
  readonly heading: string;
  readonly figure: (cell: ReportCell) => number | null;
  readonly text: (figure: number) => string;
  /** Which end is the better one; undefined where neither is. */
  readonly better?: 'low' | 'high';
}

/** Columns under one heading, which measure the same thing. */
export interface ColumnGroup {
  readonly heading: string;
  /** What is measured, and how: a sentence or two. */
  readonly meaning: string;
  readonly columns: readonly SummaryColumn[];
}

/** One table of the summary: what users of the cluster see, or what goes on within. */
export interface SummaryTable {
  readonly title: string;
  readonly groups: readonly ColumnGroup[];
}

export const SUMMARY_TABLES: readonly SummaryTable[] = [
  {
    title: 'Latency and throughput',
    groups: [
      {
        heading: 'TTFT',
        meaning: 'Time to first token: from the arrival of a request to its first output token.',
        columns: latencyColumns(({ ttftMs }) => ttftMs, ['mean', 'p50', 'p90', 'p99']),
      },
      {
        heading: 'ITL',
        meaning: 'Inter-token latency: every gap between two tokens of one answer.',
        columns: latencyColumns(({ itlMs }) => itlMs, ['mean', 'p50', 'p99']),
      },
      {
        heading: 'Queue',
        meaning: 'Time from the arrival of a request until its worker admits it.',
        columns: latencyColumns(({ queueMs }) => queueMs, ['p99']),
      },
      {
        heading: 'End to end',
        meaning: 'Time from the arrival of a request to its last token.',
        columns: latencyColumns(({ e2eMs }) => e2eMs, ['p50', 'p99']),
      },
      {
        heading: 'Output',
        meaning: 'Tokens of finished answers per second, from the first arrival to the last end.',
        columns: [column('tok/s', (result) => result.outputTokensPerSecond, numberText, 'high')],
      },
      {
        heading: 'Goodput',
        meaning:
          'Requests that kept the service level: per second, from the first arrival to the last ' +
          'end, and as a share of all that came in. A rejected request did not keep it.',
        columns: [
          column('req/s', (result) => result.goodPerSecond, numberText, 'high'),
          column('share', (result) => result.goodShare, percentText, 'high'),
        ],
      },
    ],
  },
  {
    title: 'Requests, cache and balance',
    groups: [
      {
        heading: 'Requests',
        meaning: 'Those that came in all finished, were rejected, or failed with their worker.',
        columns: [
          column('in', (result) => result.requests.in, countText),
          column('finished', (result) => result.requests.finished, countText),
          column('rejected', (result) => result.requests.rejected, countText, 'low'),
          column('failed', (result) => result.requests.failed, countText, 'low'),
        ],
      },
      {
        heading: 'Hit rate',
        meaning:
          'Share of the prompts’ tokens, and of their blocks, that the worker had cached. The bound ' +
          'is the token hit rate of one infinite cache that knows a request once it has arrived.',
        columns: [
          column('tokens', (result) => result.cache.tokenHitRate, percentText, 'high'),
          column('blocks', (result) => result.cache.blockHitRate, percentText, 'high'),
          { heading: 'bound', figure: hitBound, text: percentText },
        ],
      },
      {
        heading: 'KV blocks',
        meaning:
          'Blocks evicted to make room; blocks fetched from the cache of another worker; and how ' +
          'many workers hold a block that at least one holds, mean over the arrivals.',
        columns: [
          column('evicted', (result) => result.cache.evictedBlocks, countText),
          column('fetched', (result) => result.cache.fetchedBlocks, countText),
          column('copies', (result) => result.cache.copiesPerBlock, ratioText),
        ],
      },
      {
        heading: 'Preempted',
        meaning: 'Times that a running request lost its blocks to others and had to be redone.',
        columns: [column('times', (result) => result.preemptions, countText, 'low')],
      },
      {
        heading: 'Imbalance',
        meaning:
          'Spread over the workers. Of load, at each time: the coefficient of variation of the ' +
          'requests on each worker. Of busy time, over the whole replay: its coefficient of ' +
          'variation, and the busiest over the mean. A CV of 0 is even; Jain’s index is 1 / (1 + CV²).',
        columns: [
          column('load CV', ({ series }) => loadSpread(series), ratioText, 'low'),
          column('busy CV', (result) => result.imbalance.cv, ratioText, 'low'),
          column('max/mean', (result) => result.imbalance.maxOverMean, ratioText, 'low'),
        ],
      },
      {
        heading: 'Regret',
        meaning:
          'What the choice of the worker cost against the best one in hindsight: its time to first ' +
          'token over the least of any worker, both estimated as the wait until the requests placed ' +
          'there before had theirs, plus the prefill of what the worker did not have cached.',
        columns: latencyColumns(({ regretMs }) => regretMs, ['mean', 'p99']),
      },
      {
        heading: 'Speed',
        meaning: 'Simulated time over the time that the simulation took. Not part of the hash.',
        columns: [{ heading: '× real', figure: speed, text: countText }],
      },
    ],
  },
];

function column(
  heading: string,
  figure: (result: ReplayResult) => number | null,
  text: (figure: number) => string,
  better?: 'low' | 'high',
): SummaryColumn {
  const of = ({ result }: ReportCell): number | null => figure(result);
  return { heading, figure: of, text, ...(better === undefined ? {} : { better }) };
}

function latencyColumns(
  of: (latencies: ReplayResult['latencies']) => Distribution,
  statistics: readonly (keyof Distribution)[],
): SummaryColumn[] {
  return statistics.map((statistic) =>
    column(statistic, (result) => of(result.latencies)[statistic], durationText, 'low'),
  );
}

function hitBound({ bound }: ReportCell): number | null {
  return bound?.tokenHitRate ?? null;
}

function speed({ result, wallSeconds }: ReportCell): number | null {
  return wallSeconds === undefined ? null : result.seconds / wallSeconds;
}
