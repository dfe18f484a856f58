/** The stop sequences of a request, made ready to be looked for. All its choices share them. */
export class StopSequences {
  readonly texts: readonly string[];
  /** Characters of the longest. */
  readonly longest: number;
  /** Minimum number of tokens of an answer, reasoning included, that are not searched. */
  readonly minTokens: number;
  /**
   * For each sequence and each of its beginnings: the length of the longest proper beginning that
   * is an end of it (the prefix function of Knuth, Morris and Pratt).
   */
  readonly borders: readonly Uint16Array[];

  /** Each of `texts` has 1 to 65,535 characters. */
  constructor(texts: readonly string[], minTokens: number) {
    this.texts = texts;
    this.longest = Math.max(...texts.map((text) => text.length));
    this.minTokens = minTokens;
    this.borders = texts.map(bordersOf);
  }
}

/**
 * Looks for stop sequences in a text that grows token by token, in constant amortised time for each
 * character. The sequence that is complete first ends the text: before its match, and of those that
 * are complete at the same character before the longest. Tokens in which a match may begin are held
 * back, so that no text is given out that turns out to belong to one.
 */
export class StopMatcher {
  /** Tokens whose text has been given out, whole or in part. */
  tokens = 0;
  /** Characters of the last one of them that belong to the match. */
  cutCharacters = 0;
  /** The sequence that has ended the text. */
  match: string | undefined;
  readonly #sequences: StopSequences;
  /** Of each sequence: how much of its beginning the text ends with. */
  readonly #matched: Uint16Array;
  /** Text that was pushed and not given out, and where each of its tokens begins in it. */
  #held = '';
  readonly #starts: number[] = [];

  constructor(sequences: StopSequences) {
    this.#sequences = sequences;
    this.#matched = new Uint16Array(sequences.texts.length);
  }

  get hasMatched(): boolean {
    return this.match !== undefined;
  }

  /** The next token is not searched: none has been before it. Its text can be given out. */
  passOver(): void {
    this.tokens++;
  }

  /**
   * Takes the text of the next token and returns what can be given out now: maybe nothing, maybe
   * what was held back before. Not after a match.
   */
  push(piece: string): string {
    const from = this.#held.length;
    this.#starts.push(from);
    this.#held += piece;
    let length = 0;
    for (let at = 0; at < piece.length && !this.hasMatched; at++) {
      length = from + at + 1 - this.#advance(piece.charCodeAt(at));
    }
    if (!this.hasMatched) return this.#release(this.#wholeTokens(length));
    const end = this.#starts.find((start) => start >= length) ?? this.#held.length;
    this.cutCharacters = end - length;
    return this.#release(length);
  }

  /** The text has ended: returns what was held back. */
  end(): string {
    return this.#release(this.#held.length);
  }

  /**
   * One more character. Returns the length of the match that it completes, else that of the longest
   * beginning of one that the text ends with.
   */
  #advance(code: number): number {
    const { texts, borders } = this.#sequences;
    let longest = 0;
    for (let index = 0; index < texts.length; index++) {
      const text = texts[index]!;
      const border = borders[index]!;
      let length = this.#matched[index]!;
      while (length > 0 && text.charCodeAt(length) !== code) length = border[length - 1]!;
      if (text.charCodeAt(length) === code) length++;
      this.#matched[index] = length;
      if (length === text.length && length > (this.match?.length ?? 0)) this.match = text;
      longest = Math.max(longest, length);
    }
    return this.match?.length ?? longest;
  }

  /** The length of the whole tokens in the first `length` characters of what is held. */
  #wholeTokens(length: number): number {
    if (length === this.#held.length) return length;
    return this.#starts.findLast((start) => start <= length) ?? 0;
  }

  /** Gives out the first `length` characters of what is held. */
  #release(length: number): string {
    if (length === 0) return '';
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    const next = this.#starts.findIndex((start) => start >= length);
    const given = next < 0 ? this.#starts.length : next;
    this.#starts.splice(0, given);
    for (let index = 0; index < this.#starts.length; index++) this.#starts[index]! -= length;
    this.tokens += given;
    return text;
  }
}

function bordersOf(text: string): Uint16Array {
  const borders = new Uint16Array(text.length);
  for (let at = 1, length = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    while (length > 0 && text.charCodeAt(length) !== code) length = borders[length - 1]!;
    if (text.charCodeAt(length) === code) length++;
    borders[at] = length;
  }
  return borders;
}
