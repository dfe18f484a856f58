import type { FigureText } from './plot-frame.ts';

/** Plots of an analysis, in the order in which they stand. */
export const ANALYSIS_FIGURE_IDS = ['hits', 'lengths', 'arrivals', 'turns'] as const;
export type AnalysisFigureId = (typeof ANALYSIS_FIGURE_IDS)[number];

export const ANALYSIS_FIGURE_TEXTS: Readonly<Record<AnalysisFigureId, FigureText>> = {
  hits: {
    title: 'Hit rate against cache size',
    caption:
      'Share of the prompts’ tokens that one cache of that many tokens hits, which evicts the least ' +
      'recently used block. The dotted line is an infinite cache; the vertical one is what a worker ' +
      'holds by default. The axis of sizes is logarithmic.',
    isWide: true,
  },
  lengths: {
    title: 'Lengths',
    caption:
      'Share of the requests whose prompt, and whose answer, has no more tokens than that. The axis ' +
      'of tokens is logarithmic.',
    isWide: false,
  },
  arrivals: {
    title: 'Arrivals over time',
    caption:
      'Requests per second, mean of each bucket of time. The dotted line is the mean of all.',
    isWide: false,
  },
  turns: {
    title: 'Hits by turn',
    caption:
      'Share of the prompts’ tokens that an infinite cache hits, by the turn of the session and by ' +
      'who used the block last: the session itself or another one.',
    isWide: true,
  },
};
