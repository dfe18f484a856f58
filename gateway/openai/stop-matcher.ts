/** The text of an answer in pieces, one for each of its tokens. */
export interface AnswerText {
  readonly tokens: number;
  /** The text of the tokens `from .. to - 1`. */
  text(from: number, to: number): string;
  /** What is streamed with token `index`. Asked for in order, each once. */
  piece(index: number): string;
}

/**
 * An answer as far as the stop sequences let it go: it ends before the match that begins first. The
 * tokens counted are those sent, whole or in part; that is none where the text begins with a match.
 * The first `minTokens` are not searched. A piece is empty when all its text may begin a match and
 * is held back: nothing is to be sent with that token.
 */
export class AnswerUntilStop implements AnswerText {
  readonly tokens: number;
  /** Whether a stop sequence ended the answer. */
  readonly stopped: boolean;
  readonly #text: string;
  /** Where the text of each token ends. */
  readonly #ends: Uint32Array;
  readonly #prefixes: readonly PrefixTracker[];
  #searched: number;
  #sent = 0;

  constructor(answer: AnswerText, stops: readonly string[], minTokens: number) {
    const text = answer.text(0, answer.tokens);
    this.#searched = answer.text(0, Math.min(minTokens, answer.tokens)).length;
    const end = firstMatch(text, stops, this.#searched);
    const ends: number[] = [];
    for (let at = 0; at < end; ) {
      at += answer.piece(ends.length).length;
      ends.push(Math.min(at, end));
    }
    this.tokens = ends.length;
    this.stopped = end < text.length;
    this.#text = text.slice(0, end);
    this.#ends = Uint32Array.from(ends);
    this.#prefixes = stops.map((stop) => new PrefixTracker(stop, end));
  }

  text(from: number, to: number): string {
    return this.#text.slice(this.#endOf(from), this.#endOf(to));
  }

  /**
   * All text up to token `index` that cannot begin a match, and after the last token all the rest.
   */
  piece(index: number): string {
    const end = this.#endOf(index + 1);
    const from = this.#sent;
    this.#sent = index === this.tokens - 1 ? end : end - this.#held(end);
    return this.#text.slice(from, this.#sent);
  }

  /** Length of the longest end of the text so far that begins a stop sequence. */
  #held(end: number): number {
    let held = 0;
    for (const prefix of this.#prefixes) {
      for (let at = this.#searched; at < end; at++) prefix.push(this.#text.charCodeAt(at));
      held = Math.max(held, prefix.length);
    }
    this.#searched = Math.max(this.#searched, end);
    return held;
  }

  #endOf(tokens: number): number {
    return tokens === 0 ? 0 : (this.#ends[tokens - 1] ?? this.#text.length);
  }
}

/** Where the first match begins, else the end of the text. */
function firstMatch(text: string, stops: readonly string[], from: number): number {
  let first = text.length;
  for (const stop of stops) {
    const at = text.indexOf(stop, from);
    if (at >= 0 && at < first) first = at;
  }
  return first;
}

/**
 * How much of the beginning of a pattern the text ends with, in constant amortised time for each
 * character (the prefix function of Knuth, Morris and Pratt).
 */
class PrefixTracker {
  /** Length of the longest prefix of the pattern that is the end of the text. */
  length = 0;
  readonly #pattern: string;
  readonly #borders: Uint32Array;

  /**
   * The text has no match and at most `textLength` characters, so no more of the pattern matters.
   */
  constructor(pattern: string, textLength: number) {
    this.#pattern = pattern;
    this.#borders = new Uint32Array(Math.min(pattern.length, textLength + 1));
    for (let at = 1; at < this.#borders.length; at++) {
      this.push(pattern.charCodeAt(at));
      this.#borders[at] = this.length;
    }
    this.length = 0;
  }

  push(code: number): void {
    let length = this.length;
    while (length > 0 && this.#pattern.charCodeAt(length) !== code) {
      length = this.#borders[length - 1] ?? 0;
    }
    this.length = this.#pattern.charCodeAt(length) === code ? length + 1 : 0;
  }
}
