import { assert } from '../../shared/assert.ts';
import type { TokenBuffer } from './token-buffer.ts';
import type { Tokenizer } from './tokenizer.ts';

type Encoding = typeof import('gpt-tokenizer/encoding/o200k_base');
/** Index is the token id; a token that is not valid UTF-8 is an array of bytes. */
type Ranks = readonly (string | readonly number[])[];

/** User text is data: what looks like a special token is encoded as the characters it is. */
const PLAIN = { disallowedSpecial: new Set<string>() };

let loaded: O200kTokenizer | undefined;

/** Loads the tokenizer once. It takes tens of megabytes, so nothing imports it at start. */
export async function loadO200k(): Promise<O200kTokenizer> {
  const [encoding, ranks] = await Promise.all([
    import('gpt-tokenizer/encoding/o200k_base'),
    import('gpt-tokenizer/bpeRanks/o200k_base'),
  ]);
  loaded ??= new O200kTokenizer(encoding, ranks.default);
  return loaded;
}

/** The tokenizer, once `loadO200k` has been awaited. */
export function loadedO200k(): O200kTokenizer {
  assert(loaded !== undefined, 'o200k is loaded before it is used');
  return loaded;
}

/** The BPE tokenizer of GPT-4o and later models (o200k_base). */
class O200kTokenizer implements Tokenizer {
  readonly kind = 'o200k';
  readonly #encoding: Encoding;
  readonly #ranks: Ranks;

  constructor(encoding: Encoding, ranks: Ranks) {
    this.#encoding = encoding;
    this.#ranks = ranks;
  }

  encode(text: string, out: TokenBuffer): void {
    const ids = this.#encoding.encode(text, PLAIN);
    out.reserve(ids.length);
    out.ids.set(ids, out.length);
    out.length += ids.length;
  }

  count(text: string): number {
    return this.#encoding.countTokens(text, PLAIN);
  }

  /** The text of the ids. Bytes and ids that are not part of any text become U+FFFD. */
  decode(ids: Uint32Array): string {
    const parts: Uint8Array[] = [];
    for (const id of ids) {
      const token = this.#ranks[id] ?? '\ufffd';
      parts.push(typeof token === 'string' ? Buffer.from(token) : Uint8Array.from(token));
    }
    return Buffer.concat(parts).toString();
  }
}
