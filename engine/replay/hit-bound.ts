import { AnsweredSource } from './trace/answered-source.ts';
import { InfiniteCache } from './trace/infinite-cache.ts';
import { TraceRequest, type TraceSource } from './trace/trace-source.ts';

/** Shares of a trace's prompts, 0 .. 1; not a number for an empty trace. */
export interface HitBound {
  readonly tokenHitRate: number;
  readonly blockHitRate: number;
}

/**
 * The hit rates of one cache that never evicts and knows a request as soon as it has arrived: what
 * no policy on any fleet can exceed, unless it rejects requests. Counted as a replay counts: only
 * full blocks hit, the last token of a prompt is always computed, and that of an answer never is.
 * Reads the source to its end; memory grows by a few bytes for each conversation or distinct run of
 * blocks.
 */
export function hitBound(source: TraceSource, blockSize: number, prefillOnly: boolean): HitBound {
  const trace = new AnsweredSource(source);
  const request = new TraceRequest();
  const cache = new InfiniteCache();
  let tokens = 0;
  let blocks = 0;
  let hitBlocks = 0;
  while (trace.next(request)) {
    const { content, promptTokens, outputTokens } = request;
    const seen = Math.min(cache.match(content), promptTokens - 1);
    tokens += promptTokens;
    blocks += Math.ceil(promptTokens / blockSize);
    hitBlocks += Math.floor(seen / blockSize);
    cache.store(content, prefillOnly ? promptTokens : promptTokens + outputTokens - 1);
  }
  return { tokenHitRate: (hitBlocks * blockSize) / tokens, blockHitRate: hitBlocks / blocks };
}
