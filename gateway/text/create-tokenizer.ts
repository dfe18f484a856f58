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

export async function createTokenizer(settings: TokenizerSettings): Promise<Tokenizer> {
  if (!settings.strictTokenCounting) return new SimpleTokenizer();
  const tokenizer = await loadO200k();
  const { tokenCacheSize } = settings;
  return tokenCacheSize === 0 ? tokenizer : new CachedTokenizer(tokenizer, tokenCacheSize);
}
