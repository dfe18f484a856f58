/** How much of an answer is thought, where the model thinks before it answers. */

export const REASONING_EFFORTS = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
] as const;
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** Share of an answer's tokens that are reasoning, in percent. */
const SHARE_PERCENT: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 5,
  low: 20,
  medium: 40,
  high: 60,
  xhigh: 70,
  max: 80,
};

/** How many of the `tokens` of an answer come first, as reasoning. At least one remains. */
export function reasoningTokens(tokens: number, effort: ReasoningEffort | undefined): number {
  return Math.floor((tokens * SHARE_PERCENT[effort ?? 'medium']) / 100);
}

/** How many tokens are thought before an answer that has `tokens` besides. */
export function reasoningBefore(tokens: number, effort: ReasoningEffort | undefined): number {
  const share = SHARE_PERCENT[effort ?? 'medium'];
  return Math.floor((tokens * share) / (100 - share));
}
