import { partEnd } from '../text/text-parts.ts';
import { TokenBuffer } from '../text/token-buffer.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { ImageCost } from './media-tokens.ts';
import type { Prompt, PromptTokenizer } from './prompt.ts';
import type { SlicedWork } from './sliced-work.ts';

/** A body of more than so many parts is encoded in more than one turn of the event loop. */
const PARTS_AT_ONCE = 2;

/** What stands for a prompt without a single token: `<|endoftext|>` of o200k_base. */
const END_OF_TEXT = 199_999;

/** Where a text stands among the ids that are not of texts. */
interface PlacedText {
  readonly text: string;
  readonly at: number;
}

/** Makes the token ids of prompts, of long ones a part in each turn of the event loop. */
export class PromptReader {
  readonly #tokenizer: Tokenizer;
  readonly #work: SlicedWork;

  constructor(tokenizer: Tokenizer, work: SlicedWork) {
    this.#tokenizer = tokenizer;
    this.#work = work;
  }

  /** What may be read in one turn of the event loop, in characters. */
  get lengthAtOnce(): number {
    return PARTS_AT_ONCE * this.#tokenizer.partLength;
  }

  /** Resolves in a turn of the event loop in which as much may be read. */
  nextTurn(): Promise<void> {
    return this.#work.run(() => true);
  }

  /**
   * Puts the ids into `out`, one at least and up to its limit. Returns how many of them are audio.
   */
  read(prompt: Prompt, imageCost: ImageCost, out: TokenBuffer): number {
    const audioTokens = prompt.render(imageCost, this.#tokenizer, out);
    if (out.length === 0) out.push(END_OF_TEXT);
    return audioTokens;
  }

  /** The same, in slices, as long as `isWanted`. `out` must be nobody else's until then. */
  async readInSlices(
    prompt: Prompt,
    imageCost: ImageCost,
    out: TokenBuffer,
    isWanted: () => boolean,
  ): Promise<number> {
    let audioTokens = 0;
    let slices: PromptSlices | undefined;
    await this.#work.run(() => {
      if (!isWanted()) return true;
      if (slices !== undefined) return slices.next();
      const texts: PlacedText[] = [];
      const between = new TokenBuffer();
      between.limit = out.limit;
      const tokenizer: PromptTokenizer = {
        encode: (text, { length: at }) => texts.push({ text, at }),
      };
      audioTokens = prompt.render(imageCost, tokenizer, between);
      slices = new PromptSlices(texts, between, this.#tokenizer, out);
      return false;
    });
    if (out.length === 0) out.push(END_OF_TEXT);
    return audioTokens;
  }
}

/** Joins the ids of texts with those between them, part by part. */
class PromptSlices {
  readonly #texts: readonly PlacedText[];
  readonly #between: TokenBuffer;
  readonly #tokenizer: Tokenizer;
  readonly #out: TokenBuffer;
  /** The text at hand, how much of it is done, and how many of the ids between are. */
  #text = 0;
  #at = 0;
  #joined = 0;

  constructor(
    texts: readonly PlacedText[],
    between: TokenBuffer,
    tokenizer: Tokenizer,
    out: TokenBuffer,
  ) {
    this.#texts = texts;
    this.#between = between;
    this.#tokenizer = tokenizer;
    this.#out = out;
  }

  /** Encodes as many texts, or as much of a long one, as make a part. True when all is done. */
  next(): boolean {
    const { partLength } = this.#tokenizer;
    for (let room = partLength; room > 0 && !this.#out.isFull; ) {
      const placed = this.#texts[this.#text];
      if (placed === undefined) {
        this.#join(this.#between.length);
        return true;
      }
      const { text, at } = placed;
      if (this.#at === 0) this.#join(at);
      const end = partEnd(text, this.#at, partLength);
      this.#tokenizer.encode(text.slice(this.#at, end), this.#out);
      // A short text costs something too.
      room -= end - this.#at + 16;
      this.#at = end;
      if (end === text.length) {
        this.#text++;
        this.#at = 0;
      }
    }
    return this.#out.isFull;
  }

  /** Appends the ids that stand between texts, up to `end`. */
  #join(end: number): void {
    const out = this.#out;
    const ids = this.#between.ids.subarray(this.#joined, end);
    out.reserve(ids.length);
    out.ids.set(ids, out.length);
    out.length += ids.length;
    this.#joined = end;
  }
}
