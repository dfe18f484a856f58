import type { Generation } from './generation.ts';
import type { PlannedPrompt } from './planned-prompt.ts';

/**
 * What a request is charged in tokens before anybody knows how long its answers get: its prompts,
 * and for each answer the usual length, or the limit where that is less.
 */
export function tokensToCharge(
  { model, sampling }: Generation,
  prompts: readonly Pick<PlannedPrompt, 'tokens'>[],
  usualTokens: number,
): number {
  const { outputLimit, choices } = sampling;
  let sum = 0;
  for (const { tokens } of prompts) {
    const limit = outputLimit ?? model.window - tokens;
    sum += tokens + choices * Math.min(limit, usualTokens);
  }
  return sum;
}
