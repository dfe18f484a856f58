import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../../../shared/schema/one-of.ts';
import type { TextInput } from '../../vectors/text-words.ts';
import { VECTOR_FORMATS } from '../../vectors/vector-text.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';

const MODEL_LENGTH_MAX = 256;
const ITEMS_MAX = 2048;
const TOKEN_ID_MAX = 2 ** 32 - 1;
export const DIMENSIONS_MAX = 3072;

const INPUT_WORDS =
  'a string, an array of strings, an array of token ids, or an array of arrays of token ids';
const ITEM_WORDS = 'a string (the items are strings, token ids, or arrays of token ids)';
const INPUT_OPTIONS = { minItems: 1, 'x-type': INPUT_WORDS, 'x-expected': INPUT_WORDS };
const NOT_EMPTY = { minLength: 1, 'x-expected': 'a string that is not empty' };
const TOKEN_IDS = Type.Array(Type.Integer({ minimum: 0, maximum: TOKEN_ID_MAX }), INPUT_OPTIONS);

const FIELDS = Type.Object({
  model: Type.String({
    minLength: 1,
    maxLength: MODEL_LENGTH_MAX,
    description: 'Any name; unknown models are created on first use.',
    'x-expected': `the id of a model, a string of 1 to ${MODEL_LENGTH_MAX} characters`,
  }),
  input: Type.Union(
    [
      Type.String({ ...NOT_EMPTY, 'x-type': INPUT_WORDS }),
      Type.Array(Type.String({ ...NOT_EMPTY, 'x-type': ITEM_WORDS }), {
        ...INPUT_OPTIONS,
        maxItems: ITEMS_MAX,
      }),
      TOKEN_IDS,
      Type.Array(TOKEN_IDS, { ...INPUT_OPTIONS, maxItems: ITEMS_MAX }),
    ],
    { description: 'One or more texts, or their token ids.', 'x-expected': INPUT_WORDS },
  ),
  encoding_format: optional(oneOf(VECTOR_FORMATS), {
    default: 'float',
    description: 'As base64 a vector is its 32-bit floats, little endian.',
  }),
  dimensions: optional(Type.Integer({ minimum: 1, maximum: DIMENSIONS_MAX }), {
    description: 'Length of the vectors; FAKEAI_EMBEDDING_DIMENSIONS where it is absent.',
  }),
  priority: optional(Type.Integer({ minimum: -(2 ** 31) + 1, maximum: 2 ** 31 - 1 }), {
    description: 'Lower is served first.',
  }),
  user: optional(Type.String(), { description: 'The session of the policy session.' }),
});

/** The body of `POST /v1/embeddings`. */
export const EMBEDDING_BODY = new BodySchema(FIELDS);
export type EmbeddingBody = Static<typeof FIELDS>;

/** What is to be embedded by a body that keeps to its schema: each a text, or token ids. */
export function inputsOf({ input }: EmbeddingBody): readonly TextInput[] {
  if (typeof input === 'string') return [input];
  const inputs: TextInput[] = [];
  const ids: number[] = [];
  for (const item of input) {
    if (typeof item === 'number') ids.push(item);
    else inputs.push(item);
  }
  return ids.length > 0 ? [ids] : inputs;
}
