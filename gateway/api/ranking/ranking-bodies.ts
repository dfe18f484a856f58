import { Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import type { JsonObject } from '../json-body.ts';
import { MODEL_FIELD } from '../openai/common-fields.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';

const PASSAGES_MAX = 512;
const DOCUMENTS_MAX = 1000;
const DOCUMENT_WORDS = "a string, or an object with a string 'text'";

const QUERY = Type.String({ minLength: 1, 'x-expected': 'a string that is not empty' });
const TEXT = Type.Object({ text: Type.String() });

const RANKING_FIELDS = Type.Object({
  ...MODEL_FIELD,
  query: Type.Object({ text: QUERY }),
  passages: Type.Array(TEXT, {
    minItems: 1,
    maxItems: PASSAGES_MAX,
    'x-expected': `1 to ${PASSAGES_MAX} objects with a string 'text'`,
  }),
  truncate: optional(oneOf(['NONE', 'END']), {
    default: 'NONE',
    description: 'NONE refuses a passage that does not fit the window with the query, END cuts it.',
  }),
});

/** The body of `POST /v1/ranking`, as NVIDIA's NIM takes it. */
export const RANKING_BODY = new BodySchema(RANKING_FIELDS);

const RERANK_FIELDS = Type.Object({
  ...MODEL_FIELD,
  query: QUERY,
  documents: Type.Array(
    Type.Union([Type.String(), Type.Object({ text: Type.String() })], { 'x-type': DOCUMENT_WORDS }),
    {
      minItems: 1,
      maxItems: DOCUMENTS_MAX,
      'x-expected': `1 to ${DOCUMENTS_MAX} documents: ${DOCUMENT_WORDS}`,
    },
  ),
  top_n: optional(Type.Integer({ minimum: 1 }), {
    description: 'The most results; all by default.',
  }),
  return_documents: optional(Type.Boolean(), { default: false }),
});

/** The body of `POST /v1/rerank`, as Cohere, Jina and vLLM take it. */
export const RERANK_BODY = new BodySchema(RERANK_FIELDS);

const TEXTS_WORDS = `a string, or an array of 1 to ${DOCUMENTS_MAX} strings`;
const TEXTS = Type.Union(
  [Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems: DOCUMENTS_MAX })],
  { 'x-type': TEXTS_WORDS, 'x-expected': TEXTS_WORDS },
);

const SCORE_FIELDS = Type.Object({
  text_1: TEXTS,
  text_2: TEXTS,
  model: optional(MODEL_FIELD.model, {
    description: 'Any name; by default the model that is listed first.',
  }),
  use_activation: optional(Type.Boolean(), {
    default: true,
    description: 'Scores are probabilities, else logits.',
  }),
});

/** The body of `POST /score`, as vLLM takes it. */
export const SCORE_BODY = new BodySchema(SCORE_FIELDS, { text_2: asManyTexts });

/** What such a field holds. */
export function textsOf(field: string | readonly string[]): readonly string[] {
  return typeof field === 'string' ? [field] : field;
}

/** One text is compared with all of the other field; several with as many. */
function asManyTexts({ text_1: first, text_2: second }: JsonObject): ApiError | undefined {
  const firsts = Array.isArray(first) ? first.length : 1;
  const seconds = Array.isArray(second) ? second.length : 1;
  if (firsts === 1 || firsts === seconds) return undefined;
  const expected = `as many strings as text_1 has, ${firsts}, or one string in text_1`;
  return apiError('invalid_value', { param: 'text_2', got: String(seconds), expected });
}
