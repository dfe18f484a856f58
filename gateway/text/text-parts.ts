import type { TokenBuffer } from './token-buffer.ts';

/** How far back from the end of a part a border is looked for, in characters. */
const BORDER_SEARCH = 512;

/**
 * Calls `encode` with `text` in parts of at most `length` characters, in order, until `out` holds
 * more than it has to.
 */
export function inParts(
  text: string,
  length: number,
  out: TokenBuffer,
  encode: (part: string) => void,
): void {
  for (let at = 0; at < text.length && !out.isFull; ) {
    const end = partEnd(text, at, length);
    encode(text.slice(at, end));
    at = end;
  }
}

/**
 * Where the part of `text` ends that begins at `from` and has at most `length` characters. It ends
 * where a word does, so that parts have the tokens of the whole. Only a run without such a place is
 * cut within, which changes a token or two.
 */
export function partEnd(text: string, from: number, length: number): number {
  const end = from + length;
  if (end >= text.length) return text.length;
  const least = Math.max(from + 1, end - BORDER_SEARCH);
  for (let at = end; at >= least; at--) {
    if (isBorder(text, at)) return at;
  }
  const splitsPair = (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return splitsPair && end - 1 > from ? end - 1 : end;
}

/** Whether a letter stands before `at`, and nothing at it that a tokenizer could join to one. */
function isBorder(text: string, at: number): boolean {
  const after = text.charCodeAt(at);
  if (after === APOSTROPHE || JOINING.test(text.charAt(at))) return false;
  return LETTER.test(text.charAt(at - 1));
}

const APOSTROPHE = 0x27;
const LETTER = /\p{L}/u;
/** Half of a surrogate pair may be half of a letter. */
const JOINING = /[\p{L}\p{M}\p{N}\p{Cs}_]/u;
