import { CachedTokenizer } from './cached-tokenizer.ts';
import { loadO200k } from './o200k-tokenizer.ts';
import { SimpleTokenizer } from './simple-tokenizer.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What the settings say of the counting of tokens. */
interface TokenizerSettings {
  readonly strictTokenCounting: boolean;
  /** Texts that are remembered; 0 for none. */
  readonly tokenCacheSize: number;
}

const WARM_UP_RUNS = 20;
const WARM_UP_TEXTS = ["The first one isn't fast, 12 of xqzvbkjw.\n", 'Das ist größer: 漢字 😀 '];

export async function createTokenizer(settings: TokenizerSettings): Promise<Tokenizer> {
  if (!settings.strictTokenCounting) return new SimpleTokenizer();
  const tokenizer = await loadO200k();
  // Its regular expression is compiled when it runs, and again for texts that are not ASCII.
  for (let run = 0; run < WARM_UP_RUNS; run++) {
    for (const text of WARM_UP_TEXTS) tokenizer.count(text.repeat(WARM_UP_RUNS));
  }
  const { tokenCacheSize } = settings;
  return tokenCacheSize === 0 ? tokenizer : new CachedTokenizer(tokenizer, tokenCacheSize);
}
