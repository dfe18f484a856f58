import type { Usage } from '../../generate/usage.ts';

/** Which chunks of a stream carry a usage. */
export type UsageMode =
  /** None. */
  | 'none'
  /** A chunk of its own at the end; the others say null. */
  | 'final'
  /** The same, and the others say what has been used so far. */
  | 'continuous';

/** The `usage` object of chat completions. Built by concatenation: it is in every answer. */
export function usageJson(usage: Usage): string {
  const { promptTokens, completionTokens } = usage;
  return (
    `{"prompt_tokens":${promptTokens},"completion_tokens":${completionTokens}` +
    `,"total_tokens":${promptTokens + completionTokens}` +
    `,"prompt_tokens_details":{"cached_tokens":${usage.cachedTokens}` +
    `,"audio_tokens":${usage.promptAudioTokens}}` +
    `,"completion_tokens_details":{"reasoning_tokens":${usage.reasoningTokens}` +
    ',"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
  );
}
