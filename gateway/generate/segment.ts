import { CorpusAnswer } from '../text/answer.ts';
import type { TokenText } from '../text/token-text.ts';

/** What is known of a call of a tool before its arguments are said. */
export interface CallHead {
  /** Empty for a call of the legacy kind, which has none. */
  readonly id: string;
  readonly name: string;
}

export type SegmentKind = 'reasoning' | 'text' | 'refusal' | 'call';

/** A part of an answer, whose text can be made whenever it is due. */
export interface Segment {
  readonly kind: SegmentKind;
  /** At most those of what `read` gives: it may be cut. */
  readonly tokens: number;
  /** Of a call. */
  readonly call: CallHead | undefined;
  /** See `TokenText`. */
  readonly isPlain: boolean;
  /** A reader of its own for each who reads at another place. */
  read(): TokenText;
}

/** Text of the corpus: numbers from which it can be made. */
export class CorpusSegment implements Segment {
  readonly kind: SegmentKind;
  readonly tokens: number;
  readonly call = undefined;
  readonly isPlain = true;
  readonly #seed: number;
  readonly #endsNaturally: boolean;

  constructor(kind: SegmentKind, tokens: number, seed: number, endsNaturally: boolean) {
    this.kind = kind;
    this.tokens = tokens;
    this.#seed = seed;
    this.#endsNaturally = endsNaturally;
  }

  read(): TokenText {
    return new CorpusAnswer(this.#seed, this.tokens, this.#endsNaturally);
  }
}

/** The first `tokens` of a text that was given. */
export class GivenSegment implements Segment {
  readonly kind: SegmentKind;
  readonly tokens: number;
  readonly call: CallHead | undefined;
  readonly isPlain = false;
  readonly #text: TokenText;

  constructor(kind: SegmentKind, text: TokenText, tokens: number, call: CallHead | undefined) {
    this.kind = kind;
    this.tokens = tokens;
    this.call = call;
    this.#text = text;
  }

  read(): TokenText {
    return this.#text;
  }
}
