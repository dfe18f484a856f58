import { writeDocument } from '../../documents/document.ts';
import { type DocumentSchema, readSchema } from '../../documents/document-schema.ts';
import { strictProblem } from '../../documents/strict-schema.ts';
import type { AnswerContent, AnswerPart } from '../../generate/answer-content.ts';
import { GivenText } from '../../text/given-text.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';

/** Values of all documents of one request that have more than they need. */
const VALUES_MAX = 1024;
const VALUES_OF_ONE_MAX = 200;
/** Units of the shortest documents of a request: with more, its choices share one document. */
const SIZE_MAX = 4096;

/** Values of each of `documents` of one request. */
export function valuesOfEach(documents: number): number {
  return Math.min(VALUES_OF_ONE_MAX, Math.floor(VALUES_MAX / Math.max(1, documents)));
}

/** What a document is that only has to be an object. */
const ANY_OBJECT = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 3 },
    summary: { type: 'string', minLength: 20 },
    score: { type: 'integer', minimum: 0, maximum: 100 },
    tags: { type: 'array', items: { type: 'string', minLength: 3 }, minItems: 1, maxItems: 3 },
    done: { type: 'boolean' },
  },
  required: ['title', 'score'],
};

/** An answer that is a JSON document. */
export class DocumentAnswer implements AnswerContent {
  readonly naturalEnd = 'stop';
  readonly #schema: DocumentSchema;
  readonly #isStrict: boolean;
  readonly #values: number;
  readonly #isShared: boolean;
  /** The shortest one, which all choices may have. */
  readonly #shortest: string;
  #shared: GivenText | undefined;

  private constructor(schema: DocumentSchema, isStrict: boolean, choices: number, text: string) {
    this.#schema = schema;
    this.#isStrict = isStrict;
    this.#values = valuesOfEach(choices);
    this.#isShared = schema.shape.size * choices > SIZE_MAX;
    this.#shortest = text;
  }

  /** Documents of a schema for each of `choices`, or why there are none. */
  static of(schema: unknown, isStrict: boolean, choices: number): DocumentAnswer | string {
    const problem = isStrict ? strictProblem(schema) : undefined;
    if (problem !== undefined) return problem;
    const read = readSchema(schema);
    if (typeof read === 'string') return read;
    const shortest = writeDocument(read, { seed: 0, values: 0 });
    if (shortest === undefined) return "no document can satisfy it, see 'oneOf'";
    return new DocumentAnswer(read, isStrict, choices, shortest);
  }

  /** Some object, for each of `choices`. */
  static ofAnyObject(choices: number): DocumentAnswer | string {
    return DocumentAnswer.of(ANY_OBJECT, false, choices);
  }

  partsOf(seed: number, limit: number, tokenizer: Tokenizer): readonly AnswerPart[] {
    if (this.#isShared) return this.#shortestParts(tokenizer);
    const wish = { seed, values: this.#values, isStrict: this.#isStrict };
    const document = writeDocument(this.#schema, wish) ?? this.#shortest;
    const text = new GivenText(document, tokenizer);
    return text.tokens > limit ? this.#shortestParts(tokenizer) : [{ kind: 'text', text }];
  }

  #shortestParts(tokenizer: Tokenizer): readonly AnswerPart[] {
    this.#shared ??= new GivenText(this.#shortest, tokenizer);
    return [{ kind: 'text', text: this.#shared }];
  }
}
