import { Type } from '@sinclair/typebox';
import { oneOf } from '../../../shared/schema/one-of.ts';
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
