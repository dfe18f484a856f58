import { combineSeeds, hashText } from '../../../shared/rng.ts';
import type { Piece, Tokenizer } from '../../text/tokenizer.ts';

/** Characters of a part of a text, of which some may be escaped to six each. */
const PART_LENGTH = 512;

/** What of a tokenizer is needed to say a prompt again. */
export type EchoTokenizer = Pick<Tokenizer, 'pieces' | 'pieceOf'>;

/** A token of a prompt. Its texts are the inside of JSON strings. */
export interface EchoedToken {
  /**
   * By itself: bytes that are no text are written `bytes:\xe2\x80`, as OpenAI does. Empty for what
   * the text has at its end besides tokens.
   */
  readonly token: string;
  /** What it adds to the text. */
  readonly text: string;
  /** What its log probability follows from: the same for the same beginning of a prompt. */
  readonly seed: number;
}

/** What completions say besides the tokens of the answer. */
export interface CompletionExtras {
  /** Likely tokens that are told for each one; undefined: no log probabilities. */
  readonly topLogprobs: number | undefined;
  /** What is said again before each answer, by its prompt; undefined for nothing. */
  readonly echoes: readonly PromptEcho[] | undefined;
  readonly choicesPerPrompt: number;
}

/** What is said again before an answer. */
export function echoOf(
  { echoes, choicesPerPrompt }: CompletionExtras,
  choice: number,
): PromptEcho | undefined {
  return echoes?.[Math.floor(choice / choicesPerPrompt)];
}

/**
 * A prompt that a client wants back. A token id that tells nothing of its text, as without the
 * vocabulary of o200k, is written `<|id|>`. Nothing is held but the prompt as it was sent.
 */
export class PromptEcho {
  readonly #prompt: string | readonly number[];
  readonly #tokenizer: EchoTokenizer;

  constructor(prompt: string | readonly number[], tokenizer: EchoTokenizer) {
    this.#prompt = prompt;
    this.#tokenizer = tokenizer;
  }

  /** Characters or ids. */
  get length(): number {
    return this.#prompt.length;
  }

  /** Its text, in parts of a few hundred characters: the inside of a JSON string. */
  *texts(): Generator<string, void, undefined> {
    if (typeof this.#prompt !== 'string') {
      for (const { text } of this.tokens()) yield text;
      return;
    }
    for (let at = 0; at < this.#prompt.length; ) {
      const end = partEnd(this.#prompt, at);
      yield escaped(this.#prompt.slice(at, end));
      at = end;
    }
  }

  *tokens(): Generator<EchoedToken, void, undefined> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let seed = 0;
    for (const piece of this.#pieces()) {
      const isText = typeof piece === 'string';
      const text = isText ? decoder.decode() + piece : decoder.decode(piece, { stream: true });
      const token = escaped(isText ? piece : bytesToken(piece));
      seed = combineSeeds(seed, hashText(token));
      yield { token, text: escaped(text), seed };
    }
    // Bytes at the end that are only a part of a character.
    const rest = decoder.decode();
    if (rest !== '') yield { token: '', text: escaped(rest), seed };
  }

  *#pieces(): Generator<Piece, void, undefined> {
    if (typeof this.#prompt === 'string') yield* this.#tokenizer.pieces(this.#prompt);
    else for (const id of this.#prompt) yield this.#tokenizer.pieceOf(id) ?? `<|${id}|>`;
  }
}

/** Where the part that begins at `from` ends, not within a pair of surrogates. */
function partEnd(text: string, from: number): number {
  const end = Math.min(from + PART_LENGTH, text.length);
  const splitsPair = (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return splitsPair ? end - 1 : end;
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function bytesToken(bytes: Uint8Array): string {
  return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}
