/** What a request has cost, in tokens. `usage` of an answer counts exactly the tokens sent. */
export interface Usage {
  /** Over all prompts. */
  promptTokens: number;
  /** Prompt tokens that did not have to be computed. */
  cachedTokens: number;
  promptAudioTokens: number;
  /** Over all choices, reasoning included. */
  completionTokens: number;
  reasoningTokens: number;
}
