import type { FigureText } from './plot-frame.ts';

/** Plots of the report, in the order in which they stand. The page's script draws them. */
export const FIGURE_IDS = [
  'ttft',
  'itl',
  'hit-rate',
  'queue',
  'goodput',
  'plane',
  'load',
  'kv-use',
] as const;
export type FigureId = (typeof FIGURE_IDS)[number];

export const FIGURE_TEXTS: Readonly<Record<FigureId, FigureText>> = {
  ttft: {
    title: 'Time to first token',
    caption:
      'Share of the requests whose first token came within that time. Further left is better. ' +
      'The axis is logarithmic and spans those percentiles of all policies; the table has the rest.',
    isWide: false,
  },
  itl: {
    title: 'Inter-token latency',
    caption:
      'Share of the gaps between two tokens of an answer that were no longer than that. Further ' +
      'left is better. The axis is logarithmic and spans those percentiles of all policies; the table ' +
      'has the rest. The service level bounds the mean gap of each answer.',
    isWide: false,
  },
  'hit-rate': {
    title: 'Hit rate over time',
    caption:
      'Share of the prompts’ tokens that their worker had cached, by the time of the first token. ' +
      'Dots are buckets of time, lines are their moving mean. The dotted line is what one ' +
      'infinite cache would reach over the whole trace, the bound in the tables.',
    isWide: false,
  },
  queue: {
    title: 'Queue depth over time',
    caption:
      'Requests that wait for admission by their worker, over all workers: the mean over the time ' +
      'of each bucket. Those that are admitted as they come are none. Under the pointer, and in the ' +
      'data, is the most that waited at one time as well.',
    isWide: false,
  },
  goodput: {
    title: 'Goodput against rate',
    caption:
      'Requests per second that kept the service level, against the measured rate of arrivals. On ' +
      'the dotted line all of them do. Goodput counts until the last answer ends, so a short replay ' +
      'stays below it; where a line bends away, the policy is past its capacity. Bars span the seeds.',
    isWide: false,
  },
  plane: {
    title: 'Hit rate against imbalance',
    caption:
      'Every replay is a mark: how much of the prompts was cached, against how uneven the load was ' +
      'at each time. Up and to the left is better: cached and even.',
    isWide: false,
  },
  load: {
    title: 'Load of each worker over time',
    caption:
      'Requests on each worker, running and waiting, mean over the time of each bucket. Under the ' +
      'pointer is the most that waited there at one time as well. All policies share the ' +
      'scales; that of colour goes by the square root. Columns of one colour are even load.',
    isWide: true,
  },
  'kv-use': {
    title: 'KV cache use of each worker over time',
    caption:
      'Share of each worker’s KV blocks that running requests hold; the rest is free or caches ' +
      'what earlier requests left. All policies share the scales; that of colour ends at the ' +
      'greatest share observed, and goes by the square root.',
    isWide: true,
  },
};
