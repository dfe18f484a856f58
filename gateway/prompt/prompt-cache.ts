import { LRUCache } from 'lru-cache';
import { type HashRoot, hashBlocks } from '../../shared/block-hash.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';

/** Hosted services count cached prompts in steps of this many tokens. */
const STEP_TOKENS = 128;

export interface PromptCacheOptions {
  /** 0 keeps nothing. */
  readonly maxEntries: number;
  /** Life of an entry since its last use; 0 is for ever. */
  readonly ttlSeconds: number;
  /** Shorter prompts are not cached. */
  readonly minTokens: number;
}

/**
 * Remembers whole prompts, as hosted services do in front of their workers: a prompt that was seen
 * before costs half its prefill, wherever it is placed. It holds hashes, no text.
 */
export class PromptCache {
  readonly #entries: LRUCache<string, true> | undefined;
  readonly #minTokens: number;
  readonly #hash = new Uint32Array(2);

  constructor(options: PromptCacheOptions) {
    this.#minTokens = Math.max(1, options.minTokens);
    if (options.maxEntries > 0) {
      this.#entries = new LRUCache({
        max: options.maxEntries,
        ttl: options.ttlSeconds * 1000,
        updateAgeOnGet: true,
      });
    }
  }

  /**
   * Looks the prompt `tokens` up and remembers it. Returns the tokens that a hit is worth, or 0.
   * `root` keeps models and tenants apart.
   */
  use(tokens: TokenBuffer, root: HashRoot): number {
    if (this.#entries === undefined || tokens.length < this.#minTokens) return 0;
    hashBlocks(tokens.ids, tokens.length, tokens.length, root, this.#hash);
    const key = `${this.#hash[0]}:${this.#hash[1]}:${tokens.length}`;
    if (this.#entries.get(key)) return Math.floor(tokens.length / STEP_TOKENS) * STEP_TOKENS;
    this.#entries.set(key, true);
    return 0;
  }
}
