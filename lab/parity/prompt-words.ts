import { mix32 } from '../../shared/rng.ts';
import { type Content, SEGMENT_WORDS } from '../traces/content.ts';

/**
 * Text for tokens `from` to `to` - 1 of a request of a trace: a word for each, which the simple
 * tokenizer takes for one token. A word follows from the name and the position of its token, so two
 * texts agree exactly as far as the contents do.
 */
export function promptWords(content: Content, from: number, to: number): string {
  const segments = content.view();
  const words: string[] = [];
  let position = from;
  for (let at = 0; at < segments.length && position < to; at += SEGMENT_WORDS) {
    const lo = segments[at] ?? 0;
    const hi = segments[at + 1] ?? 0;
    const end = Math.min(to, segments[at + 2] ?? 0);
    for (; position < end; position++) {
      words.push(`w${mix32(mix32(lo + position) ^ hi).toString(36)}`);
    }
  }
  return words.join(' ');
}
