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
  SECOND_TOKEN,
  TOKENS,
  TPOT,
  TTFT,
  WAITING,
} from './column-groups.ts';
import type { FigureTable } from './figure-column.ts';

/** All figures that there are of a replay, in tables that a printed page is wide enough for. */
export const FULL_TABLES: readonly FigureTable[] = [
  { title: 'Latency until the answer flows', groups: [QUEUE, TTFT, SECOND_TOKEN] },
  { title: 'Latency of the answer', groups: [ITL, TPOT, END_TO_END] },
  {
    title: 'Requests, throughput and balance',
    groups: [REQUESTS, TOKENS, GOODPUT, PREEMPTED, IMBALANCE],
  },
  {
    title: 'Cache, queue and routing',
    groups: [HIT_RATE, KV_BLOCKS, WAITING, REGRET],
  },
];
