import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { VECTOR_FORMATS } from '../../vectors/vector-text.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';
import { MODEL_FIELD, PLACEMENT_FIELDS } from './common-fields.ts';
import { textInput } from './text-input.ts';

const DIMENSIONS_MAX = 3072;

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  input: textInput(1, 'One or more texts, or their token ids.'),
  encoding_format: optional(oneOf(VECTOR_FORMATS), {
    default: 'float',
    description: 'As base64 a vector is its 32-bit floats, little endian.',
  }),
  dimensions: optional(Type.Integer({ minimum: 1, maximum: DIMENSIONS_MAX }), {
    description: 'Length of the vectors; FAKEAI_EMBEDDING_DIMENSIONS where it is absent.',
  }),
  ...PLACEMENT_FIELDS,
});

/** The body of `POST /v1/embeddings`. */
export const EMBEDDING_BODY = new BodySchema(FIELDS);
export type EmbeddingBody = Static<typeof FIELDS>;
