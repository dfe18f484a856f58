import { nextU32 } from '../../shared/rng.ts';
import {
  closers,
  drawnSentences,
  firstPiece,
  following,
  opening,
  openingPiece,
  pieceEnd,
  pieceIds,
  pieces,
  SENTENCE_PIECES_MIN,
} from './corpus.ts';
import type { TokenBuffer } from './token-buffer.ts';
import type { TokenText } from './token-text.ts';
import type { TokenizerKind } from './tokenizer.ts';

/** Every length up to this one has closers, so that an answer can end with its last piece. */
const CLOSER_PIECES_MAX = longestCloser();

/** Holds the state of the stream that is being drawn from; the answers keep theirs as numbers. */
const stream = new Uint32Array(1);

/**
 * The text of one answer: exactly `tokens` pieces, each one token of o200k_base and of the simple
 * tokenizer. It depends on the seed alone, so that a shorter answer of the same seed is a prefix of
 * a longer one, except for the last two sentences of an answer that ends naturally. An answer holds
 * no text: it draws its sentences again whenever it is read from the start.
 */
export class CorpusAnswer implements TokenText {
  readonly isPlain = true;
  readonly tokens: number;
  readonly #seed: number;
  readonly #endsNaturally: boolean;
  /**
   * State of the stream after drawing `#sentence`, which begins with piece `#base` of the answer.
   */
  #state = 0;
  #sentence = 0;
  #base = 0;

  /**
   * `seed` is 32 bits; no tokens are an empty text. With `endsNaturally` the last sentences are
   * chosen so that the last piece is a full stop (an answer of one token is a word); otherwise the
   * text breaks off where it is.
   */
  constructor(seed: number, tokens: number, endsNaturally: boolean) {
    this.tokens = tokens;
    this.#seed = seed | 0;
    this.#endsNaturally = endsNaturally;
    if (tokens > 0) this.#rewind();
  }

  /** The pieces `from` to `to - 1`, joined; both are cut to 0 .. `tokens`. */
  text(from: number, to: number): string {
    const start = Math.max(from, 0);
    const end = Math.min(to, this.tokens);
    if (start >= end) return '';
    this.#seek(start);
    let text = '';
    for (;;) {
      text += this.#sentenceText(start - this.#base, end - this.#base);
      if (this.#end() >= end) return text;
      this.#advance();
    }
  }

  /** Piece `index`, which is 0 .. `tokens` - 1. Constant time when called in order. */
  piece(index: number): string {
    this.#seek(index);
    if (index === 0) return openingPiece[this.#sentence]!;
    return pieces[firstPiece[this.#sentence]! + index - this.#base]!;
  }

  /**
   * Appends the ids that the tokenizer gives to the pieces `from` to `to - 1`, so that the next
   * turn of the conversation finds the blocks of this answer. For `o200k`, `loadO200k` must have
   * been awaited.
   */
  appendIds(out: TokenBuffer, kind: TokenizerKind, from: number, to: number): void {
    if (from >= to) return;
    const ids = pieceIds(kind);
    const source = ids.following;
    const start = out.length - from;
    out.reserve(to - from);
    const target = out.ids;
    this.#seek(from);
    for (let at = from; ; this.#advance()) {
      if (at === 0) target[start + at++] = ids.opening[this.#sentence]!;
      const shift = firstPiece[this.#sentence]! - this.#base;
      const end = Math.min(this.#end(), to);
      for (; at < end; at++) target[start + at] = source[shift + at]!;
      if (end === to) break;
    }
    out.length = start + to;
  }

  /** The current sentence, cut to the pieces `from` to `to - 1` of it. */
  #sentenceText(from: number, to: number): string {
    const sentence = this.#sentence;
    const first = firstPiece[sentence]!;
    const whole = to >= firstPiece[sentence + 1]! - first;
    const text = this.#base === 0 ? opening[sentence]! : following[sentence]!;
    if (from <= 0 && whole) return text;
    const shift = this.#base === 0 ? 1 : 0;
    const start = from <= 0 ? 0 : pieceEnd[first + from - 1]! - shift;
    return text.slice(start, whole ? text.length : pieceEnd[first + to - 1]! - shift);
  }

  /** Makes the sentence that holds piece `index` the current one. */
  #seek(index: number): void {
    if (index < this.#base) this.#rewind();
    while (index >= this.#end()) this.#advance();
  }

  /** The piece of the answer after the current sentence. */
  #end(): number {
    return this.#base + firstPiece[this.#sentence + 1]! - firstPiece[this.#sentence]!;
  }

  #rewind(): void {
    this.#state = this.#seed;
    this.#base = 0;
    // Before the first sentence there is none that it must differ from.
    this.#sentence = remainder(this.#draw(), drawnSentences);
    if (this.#endsNaturally) this.#sentence = this.#close(this.#sentence, this.#sentence);
  }

  #advance(): void {
    this.#base = this.#end();
    const previous = this.#sentence;
    const step = 1 + remainder(this.#draw(), drawnSentences - 1);
    const drawn = (previous + step) % drawnSentences;
    this.#sentence = this.#endsNaturally ? this.#close(drawn, previous) : drawn;
  }

  #draw(): number {
    stream[0] = this.#state;
    const drawn = nextU32(stream, 0);
    this.#state = stream[0]! | 0;
    return drawn;
  }

  /**
   * The sentence that comes next in an answer that must end with a full stop: `drawn`, unless it
   * would leave too few pieces for another sentence or is longer than what is left.
   */
  #close(drawn: number, previous: number): number {
    const left = this.tokens - this.#base;
    if (left <= CLOSER_PIECES_MAX) return closer(left, drawn, previous);
    const length = firstPiece[drawn + 1]! - firstPiece[drawn]!;
    return left - length >= SENTENCE_PIECES_MIN ? drawn : closer(left >> 1, drawn, previous);
  }
}

/** One of the closers of that length, chosen by `choice`, other than `previous` where it can be. */
function closer(length: number, choice: number, previous: number): number {
  const group = closers[length]!;
  const at = remainder(choice, group.length);
  return group[at] === previous ? group[(at + 1) % group.length]! : group[at]!;
}

/**
 * `word` modulo `count`, both unsigned 32-bit integers. As a division of integers: words of more
 * than 31 bits are doubles to the compiler, whose remainder takes many times as long.
 */
function remainder(word: number, count: number): number {
  return ((word >>> 0) % (count >>> 0)) >>> 0;
}

function longestCloser(): number {
  let length = 1;
  while ((closers[length + 1]?.length ?? 0) > 0) length++;
  return length;
}
