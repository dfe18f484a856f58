import type { HeaderList } from '../../../shared/errors.ts';
import type { AnswerFacts, BodyEncoder, ChoiceText } from '../../generate/answer-encoder.ts';
import type { Usage } from '../../generate/usage.ts';
import type { Embedder } from '../../vectors/embedder.ts';
import type { TextInput } from '../../vectors/text-words.ts';
import type { VectorFormat } from '../../vectors/vector-text.ts';
import { answerHeaders } from './answer-headers.ts';

/** Letters of a usual word. */
const WORD_LENGTH = 4;
/** A value costs as much to write as so many tokens, and that of a word's vector to make. */
const VALUE_TOKENS = 2;
const WORD_VALUE_TOKENS = 1 / 6;

/** What is to be embedded, and how. */
interface EmbeddingRequest {
  readonly inputs: readonly TextInput[];
  readonly dimensions: number;
  readonly format: VectorFormat;
  /** The model's id as a JSON string literal. */
  readonly modelJson: string;
}

/** The body of `/v1/embeddings`. Nothing of it is made before the workers are done. */
export class EmbeddingResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #request: EmbeddingRequest;
  readonly #embedder: Embedder;

  constructor(request: EmbeddingRequest, embedder: Embedder) {
    this.#request = request;
    this.#embedder = embedder;
  }

  lengthOf(): number {
    const { inputs, dimensions } = this.#request;
    let words = 0;
    for (const input of inputs) {
      words += typeof input === 'string' ? input.length / WORD_LENGTH : input.length;
    }
    return dimensions * (VALUE_TOKENS * inputs.length + WORD_VALUE_TOKENS * words);
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(_choices: readonly ChoiceText[], usage: Usage): string {
    const { inputs, dimensions, format } = this.#request;
    const items = inputs.map(
      (input, index) => itemStart(index) + this.#embedder.whole(input, dimensions, format),
    );
    return `${START}${items.join('')}${this.#end(usage)}`;
  }

  *slices(_choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    const { inputs, dimensions, format } = this.#request;
    yield START;
    for (const [index, input] of inputs.entries()) {
      yield itemStart(index);
      yield* this.#embedder.parts(input, dimensions, format);
    }
    yield this.#end(usage);
  }

  #end({ promptTokens }: Usage): string {
    const usage = `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens}}`;
    return `}],"model":${this.#request.modelJson},"usage":${usage}}`;
  }
}

const START = '{"object":"list","data":[';

/** Also ends the item before. */
function itemStart(index: number): string {
  return `${index === 0 ? '' : '},'}{"object":"embedding","index":${index},"embedding":`;
}
