import {
  END_TO_END,
  GOODPUT,
  HIT_RATE,
  IMBALANCE,
  ITL,
  KV_BLOCKS,
  PREEMPTED,
  QUEUE,
  REGRET,
  REQUESTS,
  TOKENS,
  TTFT,
  WAITING,
} from './column-groups.ts';
import { type FigureTable, part } from './figure-column.ts';
import { countText } from './figure-text.ts';
import type { ReportCell } from './report-data.ts';

/** What is compared at a glance: what users of the cluster see, and what goes on within. */
export const SUMMARY_TABLES: readonly FigureTable[] = [
  {
    title: 'Latency',
    groups: [
      part(TTFT, 'mean', 'p50', 'p90', 'p99'),
      part(ITL, 'mean', 'p50', 'p90', 'p99'),
      part(QUEUE, 'p90', 'p99'),
      part(END_TO_END, 'p50', 'p90', 'p99'),
    ],
  },
  {
    title: 'Throughput and balance',
    groups: [
      part(REQUESTS, 'in', 'finished', 'rejected'),
      part(TOKENS, 'output/s'),
      GOODPUT,
      WAITING,
      PREEMPTED,
      part(IMBALANCE, 'load CV', 'work CV', 'max/mean'),
      {
        heading: 'Speed',
        meaning:
          'Simulated time over the time that the simulation took. Not part of the hash. The first ' +
          'replay of a thread is slower: part of its time goes into compiling the program.',
        columns: [{ heading: '× real', figure: speed, text: countText }],
      },
    ],
  },
  {
    title: 'Cache and routing',
    groups: [
      part(HIT_RATE, 'tokens', 'bound', 'blocks'),
      part(KV_BLOCKS, 'evicted', 'fetched', 'copies'),
      part(REGRET, 'mean', 'p99'),
    ],
  },
];

function speed({ result, wallSeconds }: ReportCell): number | null {
  return wallSeconds === undefined ? null : result.seconds / wallSeconds;
}
