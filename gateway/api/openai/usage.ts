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
    `,"total_tokens":${promptTokens + completionTokens}${detailsJson(usage)}`
  );
}

function detailsJson({ cachedTokens, promptAudioTokens, reasoningTokens }: Usage): string {
  if (cachedTokens + promptAudioTokens + reasoningTokens === 0) return NO_DETAILS;
  return (
    `,"prompt_tokens_details":{"cached_tokens":${cachedTokens}` +
    `,"audio_tokens":${promptAudioTokens}}` +
    `,"completion_tokens_details":{"reasoning_tokens":${reasoningTokens}${NO_PREDICTION}`
  );
}

const NO_PREDICTION =
  ',"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}';
/** Most answers have none. */
const NO_DETAILS =
  ',"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0}' +
  `,"completion_tokens_details":{"reasoning_tokens":0${NO_PREDICTION}`;
