import { mix32 } from '../../shared/rng.ts';
import { inParts, partEnd } from './text-parts.ts';
import { TokenBuffer } from './token-buffer.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A run of word characters up to this length is one token. */
const WORD_LENGTH_MAX = 12;
/** A longer run is one token per started group of this many characters. */
const GROUP_LENGTH = 6;

/** The constants of `hashText`, which is inlined here to hash a piece without cutting it out. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

const SPACE = 1;
const NEWLINE = 2;
const WORD = 3;
const SYMBOL = 4;
const HIGH_SURROGATE = 5;

/** A multiple of the length of a group, so that a run which is cut has the same groups. */
const PART_LENGTH = 10_922 * GROUP_LENGTH;
const scratch = new Uint16Array(PART_LENGTH);
const scratchBytes = Buffer.from(scratch.buffer);

/** Class of every UTF-16 code unit, 0 until it is first met, so that start-up builds no table. */
const classes = new Uint8Array(0x10000);

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}_]/u;
const INVISIBLE = /[\s\p{Cc}\p{Cf}]/u;

/**
 * Words and punctuation. A run of letters, digits and `_` is one token, or one per started 6
 * characters when it is longer than 12; CJK characters, code points above U+FFFF and all other
 * visible characters are one token each; a run of line breaks is one; other white space is free.
 * The id of a piece is `hashText(piece)`.
 */
export class SimpleTokenizer implements Tokenizer {
  readonly kind = 'simple';
  readonly partLength = PART_LENGTH;
  readonly #counted = new TokenBuffer();

  encode(text: string, out: TokenBuffer): void {
    if (text.length <= PART_LENGTH) encodePart(text, out);
    else inParts(text, PART_LENGTH, out, (part) => encodePart(part, out));
  }

  encodeWithEnds(text: string, out: TokenBuffer, ends: TokenBuffer): void {
    let start = 0;
    inParts(text, PART_LENGTH, out, (part) => {
      const first = ends.length;
      encodePart(part, out, ends);
      for (let at = first; at < ends.length; at++) ends.ids[at]! += start;
      start += part.length;
    });
  }

  count(text: string): number {
    this.#counted.clear();
    this.encode(text, this.#counted);
    return this.#counted.length;
  }

  /** White space that is no token belongs to the one behind it, at the end to the last one. */
  *pieces(text: string): Generator<string, void, undefined> {
    for (let at = 0; at < text.length; ) {
      const end = partEnd(text, at, PART_LENGTH);
      yield* piecesOfPart(text.slice(at, end));
      at = end;
    }
  }

  /** Ids are hashes of text. */
  pieceOf(): undefined {
    return undefined;
  }
}

function* piecesOfPart(text: string): Generator<string, void, undefined> {
  let held = '';
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const kind = classAt(text, at);
    if (kind === SPACE) {
      at++;
      continue;
    }
    const end = endOfRun(text, at, kind);
    const length = kind === WORD && end - at > WORD_LENGTH_MAX ? GROUP_LENGTH : end - at;
    for (; at < end; from = at) {
      if (held !== '') yield held;
      at = Math.min(at + length, end);
      held = text.slice(from, at);
    }
  }
  yield held + text.slice(from);
}

function endOfRun(text: string, start: number, kind: number): number {
  let end = start + 1;
  if (kind === WORD || kind === NEWLINE) {
    while (end < text.length && classAt(text, end) === kind) end++;
  } else if (kind === HIGH_SURROGATE && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end++;
  return end;
}

function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return classes[unit] || classify(unit);
}

function encodePart(text: string, out: TokenBuffer, ends?: TokenBuffer): void {
  scratchBytes.write(text, 'utf16le');
  encodeUnits(scratch, text.length, out, ends);
}

function encodeUnits(
  units: Uint16Array,
  length: number,
  out: TokenBuffer,
  ends: TokenBuffer | undefined,
): void {
  const { limit } = out;
  let at = 0;
  while (at < length && out.length <= limit) {
    const start = at;
    let unit = units[at]!;
    const kind = classes[unit] || classify(unit);
    let hash = HASH_START;
    if (kind === WORD || kind === NEWLINE) {
      do {
        hash = Math.imul(hash ^ unit, HASH_FACTOR);
        if (++at === length) break;
        unit = units[at]!;
      } while ((classes[unit] || classify(unit)) === kind);
      if (kind === WORD && at - start > WORD_LENGTH_MAX) {
        encodeGroups(units, start, at, out, ends);
        continue;
      }
    } else {
      at++;
      if (kind === SPACE) continue;
      hash = Math.imul(hash ^ unit, HASH_FACTOR);
      if (kind === HIGH_SURROGATE && at < length && (units[at]! & 0xfc00) === 0xdc00) {
        hash = Math.imul(hash ^ units[at++]!, HASH_FACTOR);
      }
    }
    out.push(mix32(hash));
    if (ends !== undefined) ends.push(at);
  }
}

function encodeGroups(
  units: Uint16Array,
  start: number,
  end: number,
  out: TokenBuffer,
  ends: TokenBuffer | undefined,
): void {
  for (let at = start; at < end; ) {
    let hash = HASH_START;
    for (const next = Math.min(at + GROUP_LENGTH, end); at < next; at++) {
      hash = Math.imul(hash ^ units[at]!, HASH_FACTOR);
    }
    out.push(mix32(hash));
    if (ends !== undefined) ends.push(at);
  }
}

function classify(unit: number): number {
  const found = classOf(unit);
  classes[unit] = found;
  return found;
}

function classOf(unit: number): number {
  if ((unit & 0xfc00) === 0xd800) return HIGH_SURROGATE;
  const character = String.fromCharCode(unit);
  if (character === '\n' || character === '\r') return NEWLINE;
  if (INVISIBLE.test(character)) return SPACE;
  if (CJK.test(character)) return SYMBOL;
  return WORD_CHARACTER.test(character) ? WORD : SYMBOL;
}
