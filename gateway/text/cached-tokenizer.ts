import { LRUCache } from 'lru-cache';
import type { TokenBuffer } from './token-buffer.ts';
import type { Tokenizer, TokenizerKind } from './tokenizer.ts';

/** Longer texts are tokenized each time: they would fill the cache, and seldom come again. */
const CACHED_CHARACTERS_MAX = 65_536;

/**
 * Remembers the ids of the texts that it saw last. Worth its look-up in front of a tokenizer as
 * slow as byte pair encoding, not in front of the simple one.
 */
export class CachedTokenizer implements Tokenizer {
  readonly kind: TokenizerKind;
  readonly #tokenizer: Tokenizer;
  readonly #ids: LRUCache<string, Uint32Array>;

  /** Keeps `size` texts, at least 1. */
  constructor(tokenizer: Tokenizer, size: number) {
    this.kind = tokenizer.kind;
    this.#tokenizer = tokenizer;
    this.#ids = new LRUCache({ max: size });
  }

  encode(text: string, out: TokenBuffer): void {
    const known = this.#ids.get(text);
    if (known !== undefined) {
      out.reserve(known.length);
      out.ids.set(known, out.length);
      out.length += known.length;
      return;
    }
    const start = out.length;
    this.#tokenizer.encode(text, out);
    if (text.length <= CACHED_CHARACTERS_MAX) {
      this.#ids.set(text, out.ids.slice(start, out.length));
    }
  }

  count(text: string): number {
    return this.#ids.get(text)?.length ?? this.#tokenizer.count(text);
  }
}
