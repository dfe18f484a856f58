/** How an answer ended, in vLLM's words: all of it, up to its limit, client gone, or failed. */
export const FINISHES = ['stop', 'length', 'abort', 'error'] as const;
export type Finish = (typeof FINISHES)[number];
