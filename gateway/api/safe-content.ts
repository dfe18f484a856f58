import { type ApiError, apiError } from '../../shared/errors.ts';
import type { AnswerContent } from '../generate/answer-content.ts';
import { Refusal } from '../generate/refusal.ts';
import type { PromptSafety } from '../scores/prompt-safety.ts';

/** What the system says before a conversation in which it says nothing itself, if asked for. */
export const SAFETY_PROMPT =
  'You are a helpful assistant. Refuse to help with what is harmful, illegal or unsafe.';

/**
 * What is answered to a request whose prompts end with `texts`, where that is not what it would be
 * otherwise: a refusal, of the kind that the endpoint has, or an error that calls them `param`.
 */
export function safeContent(
  safety: PromptSafety,
  texts: Iterable<string>,
  param: string,
  kind: 'refusal' | 'text',
): AnswerContent | ApiError | undefined {
  for (const text of texts) {
    const verdict = safety.verdictOf(text);
    if (verdict.kind === 'refused') return new Refusal(kind);
    if (verdict.kind === 'flagged') {
      const categories = verdict.categories.join(', ');
      return apiError('content_policy_violation', { param, categories });
    }
  }
  return undefined;
}
