import { Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import type { JsonObject } from '../json-body.ts';
import { MESSAGES } from '../openai/chat-message.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';

const TOKEN_ID_MAX = 2 ** 32 - 1;

const MODEL = optional(Type.String({ minLength: 1, maxLength: 256 }), {
  description: 'Any name; by default the model that is listed first.',
});

const TOKENIZE_FIELDS = Type.Object({
  prompt: optional(Type.String(), { description: 'A text; this or messages.' }),
  messages: optional(MESSAGES, { description: 'A chat, with its template around it.' }),
  tools: Type.Optional(Type.Unknown({ description: 'Definitions of tools, with messages.' })),
  add_generation_prompt: optional(Type.Boolean(), {
    default: true,
    description: 'With messages: also the start of the answer.',
  }),
  add_special_tokens: optional(Type.Boolean(), {
    description: 'Without effect: o200k_base adds none to a text.',
  }),
  return_token_strs: optional(Type.Boolean(), {
    default: false,
    description: 'Also the text of each token.',
  }),
  model: MODEL,
});

/** The body of `POST /tokenize`, as vLLM takes it. */
export const TOKENIZE_BODY = new BodySchema(TOKENIZE_FIELDS, { prompt: oneOfBoth });

/** The body of `POST /detokenize`. */
export const DETOKENIZE_BODY = new BodySchema(
  Type.Object({
    tokens: Type.Array(Type.Integer({ minimum: 0, maximum: TOKEN_ID_MAX }), {
      'x-expected': 'the ids of tokens of o200k_base',
    }),
    model: MODEL,
  }),
);

function oneOfBoth({ prompt, messages }: JsonObject): ApiError | undefined {
  const hasPrompt = prompt !== undefined && prompt !== null;
  const hasMessages = messages !== undefined && messages !== null;
  if (hasPrompt && hasMessages) {
    const reason = "is not allowed beside 'messages'";
    return apiError('unsupported_parameter', { param: 'prompt', reason });
  }
  if (hasPrompt || hasMessages) return undefined;
  const expected = "a string, or 'messages'";
  return apiError('missing_required_parameter', { param: 'prompt', expected });
}
