import type { ChoiceText } from './answer-encoder.ts';
import type { SegmentKind } from './segment.ts';

/** Reads what was given out of an answer's text token by token, also what was held back before. */
export class TokenReader {
  readonly #text: ChoiceText;
  /** The segment at hand, and how many of its tokens were read. */
  #segment = 0;
  #at = 0;
  /** Tokens that were read. */
  read = 0;

  constructor(text: ChoiceText) {
    this.#text = text;
  }

  /** There is a token that was given out and not read. */
  get hasNext(): boolean {
    const { segments } = this.#text;
    for (let segment = this.#segment; segment < segments.length; segment++) {
      const read = segment === this.#segment ? this.#at : 0;
      if (this.#text.tokensOf(segment) > read) return true;
    }
    return false;
  }

  /** What the next token is. Only while there is one, as `next`. */
  get kind(): SegmentKind {
    this.#goOn();
    return this.#text.segments[this.#segment]?.kind ?? 'text';
  }

  /** The segment that the next token is of. */
  get segment(): number {
    this.#goOn();
    return this.#segment;
  }

  next(): string {
    this.#goOn();
    this.read++;
    return this.#text.textOf(this.#segment, this.#at, ++this.#at);
  }

  #goOn(): void {
    while (this.#at === this.#text.tokensOf(this.#segment)) {
      this.#segment++;
      this.#at = 0;
    }
  }
}
