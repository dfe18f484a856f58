/** What a request has cost, in tokens. `usage` of an answer counts exactly the tokens sent. */
export interface Usage {
  promptTokens: number;
  /** Prompt tokens that did not have to be computed. */
  cachedTokens: number;
  promptAudioTokens: number;
  /** Over all choices, reasoning included. */
  completionTokens: number;
  reasoningTokens: number;
}

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
