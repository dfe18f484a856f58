import { type Content, SEGMENT_WORDS } from './content.ts';
import { NameTable } from './name-table.ts';

/**
 * A cache that never evicts and knows every request as soon as it has arrived: the bound of what
 * any cache of any size, on any number of workers, can save of a trace. Holds one number per name,
 * how far it has been seen, so it takes little memory and serves every block size.
 */
export class InfiniteCache {
  readonly #seen = new NameTable();

  /** How many leading tokens of `content` came before, in one request or another. */
  match(content: Content): number {
    const words = content.view();
    for (let at = 0; at < words.length; at += SEGMENT_WORDS) {
      const end = words[at + 2]!;
      const seen = this.#seen.get(words[at]!, words[at + 1]!);
      if (seen < end) return Math.max(seen, at === 0 ? 0 : words[at - 1]!);
    }
    return content.tokens;
  }

  /** Caches the first `tokens` tokens of `content`. */
  store(content: Content, tokens: number): void {
    const words = content.view();
    let start = 0;
    for (let at = 0; at < words.length && start < tokens; at += SEGMENT_WORDS) {
      const end = words[at + 2]!;
      const lo = words[at]!;
      const hi = words[at + 1]!;
      const seen = Math.min(end, tokens);
      if (this.#seen.get(lo, hi) < seen) this.#seen.set(lo, hi, seen);
      start = end;
    }
  }
}
