/** How an answer ended, in vLLM's words: all of it, up to its limit, client gone, or failed. */
export const FINISHES = ['stop', 'length', 'abort', 'error'] as const;
export type Finish = (typeof FINISHES)[number];

/** Why a choice ended, as its client is told. */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'function_call';
