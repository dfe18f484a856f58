import { LRUCache } from 'lru-cache';
import type { Amounts, BucketStore, Levels } from './bucket-store.ts';
import { TokenBucket } from './token-bucket.ts';

interface KeyBuckets {
  readonly requests: TokenBucket;
  readonly tokens: TokenBucket;
}

export interface MemoryBucketsOptions {
  readonly perMinute: Amounts;
  /** Keys that are remembered. The least recently used one is forgotten, and full again. */
  readonly maxKeys: number;
  readonly nowUs: () => number;
}

/** The buckets of this server alone. */
export class MemoryBuckets implements BucketStore {
  readonly failures = 0;
  readonly #options: MemoryBucketsOptions;
  readonly #keys: LRUCache<string, KeyBuckets>;

  constructor(options: MemoryBucketsOptions) {
    this.#options = options;
    this.#keys = new LRUCache({ max: options.maxKeys });
  }

  take(key: string, wanted: Amounts): Levels {
    const nowUs = this.#options.nowUs();
    const { requests, tokens } = this.#of(key, nowUs);
    const isTaken =
      holds(requests.level(nowUs), wanted.requests) && holds(tokens.level(nowUs), wanted.tokens);
    if (isTaken) {
      requests.add(-wanted.requests, nowUs);
      tokens.add(-wanted.tokens, nowUs);
    }
    return { isTaken, requests: requests.level(nowUs), tokens: tokens.level(nowUs) };
  }

  add(key: string, amounts: Amounts): void {
    const nowUs = this.#options.nowUs();
    const { requests, tokens } = this.#of(key, nowUs);
    requests.add(amounts.requests, nowUs);
    tokens.add(amounts.tokens, nowUs);
  }

  #of(key: string, nowUs: number): KeyBuckets {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const { perMinute } = this.#options;
    const buckets = {
      requests: new TokenBucket(perMinute.requests, nowUs),
      tokens: new TokenBucket(perMinute.tokens, nowUs),
    };
    this.#keys.set(key, buckets);
    return buckets;
  }
}

/** Nothing can be taken of a bucket that is overdrawn as well. */
function holds(level: number, wanted: number): boolean {
  return wanted === 0 || level >= wanted;
}
