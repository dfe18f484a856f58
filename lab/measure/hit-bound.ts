import { InfiniteCache } from '../traces/infinite-cache.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';

/** Shares of the counted prompts, 0 .. 1; not a number where there are none. */
export interface HitBound {
  readonly tokenHitRate: number;
  readonly blockHitRate: number;
}

/** How a replay counts its hits. */
export interface HitCount {
  readonly blockSize: number;
  /** The first requests fill the cache but do not count. */
  readonly warmupRequests: number;
  /** Answers end with their first token. */
  readonly prefillOnly: boolean;
  /** Numbers, from 0 and rising, of the requests that were in no cache and do not count. */
  readonly refused?: Uint32Array | undefined;
}

/**
 * The hit rates of one cache that never evicts and knows a request as soon as it has arrived: what
 * no policy on any fleet can exceed. Counted as a replay counts: only full blocks hit, the last
 * token of a prompt is always computed, and that of an answer never is. Reads `source`, none of
 * whose turns waits, to its end; memory grows by a few bytes for each conversation or distinct run
 * of blocks.
 */
export function hitBound(source: TraceSource, count: HitCount): HitBound {
  const { blockSize, warmupRequests, prefillOnly, refused = new Uint32Array(0) } = count;
  const request = new TraceRequest();
  const cache = new InfiniteCache();
  let refusals = 0;
  let tokens = 0;
  let blocks = 0;
  let hitBlocks = 0;
  for (let number = 0; source.next(request); number++) {
    if (refused[refusals] === number) {
      refusals++;
      continue;
    }
    const { content, promptTokens, outputTokens } = request;
    if (number >= warmupRequests) {
      const seen = Math.min(cache.match(content), promptTokens - 1);
      tokens += promptTokens;
      blocks += Math.ceil(promptTokens / blockSize);
      hitBlocks += Math.floor(seen / blockSize);
    }
    cache.store(content, prefillOnly ? promptTokens : promptTokens + outputTokens - 1);
  }
  return { tokenHitRate: (hitBlocks * blockSize) / tokens, blockHitRate: hitBlocks / blocks };
}
