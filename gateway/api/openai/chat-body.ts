import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { REASONING_EFFORTS } from '../../generate/reasoning.ts';
import type { JsonObject } from '../json-body.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';
import { MESSAGES } from './chat-message.ts';
import { functionsProblem, TOOL_FIELDS, toolsProblem } from './chat-tools.ts';
import {
  ANSWER_FIELDS,
  MODEL_FIELD,
  onlyStreamed,
  PLACEMENT_FIELDS,
  SAMPLING_FIELDS,
  TOKENS,
  withinLimit,
} from './common-fields.ts';

const TOP_LOGPROBS_MAX = 20;

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  messages: MESSAGES,
  max_completion_tokens: optional(TOKENS, { description: 'Limit of the answer, in tokens.' }),
  max_tokens: optional(TOKENS, { description: 'The same, where max_completion_tokens is absent.' }),
  ...ANSWER_FIELDS,
  reasoning_effort: optional(oneOf(REASONING_EFFORTS)),
  chat_template_kwargs: optional(
    Type.Object({
      enable_thinking: optional(Type.Boolean(), {
        description: 'Turns reasoning on or off whatever the model.',
      }),
    }),
  ),
  ...PLACEMENT_FIELDS,
  ...SAMPLING_FIELDS,
  logprobs: optional(Type.Boolean(), {
    default: false,
    description: 'Tells how likely each token of the content was.',
  }),
  top_logprobs: optional(Type.Integer({ minimum: 0, maximum: TOP_LOGPROBS_MAX }), {
    default: 0,
    description: 'So many of the likeliest tokens in each place. Needs logprobs.',
  }),
  ...TOOL_FIELDS,
  response_format: optional(
    Type.Object({
      type: oneOf(['text', 'json_object', 'json_schema']),
      json_schema: Type.Optional(
        Type.Unknown({ description: 'An object with name, schema and strict.' }),
      ),
    }),
    { description: 'Text, a JSON object, or a document that a JSON Schema describes.' },
  ),
});

/** The body of `POST /v1/chat/completions`. */
export const CHAT_BODY = new BodySchema(FIELDS, {
  min_tokens: withinLimit((body) => body.max_completion_tokens ?? body.max_tokens),
  stream_options: onlyStreamed,
  top_logprobs: onlyWithLogprobs,
  tools: toolsProblem,
  functions: functionsProblem,
});

function onlyWithLogprobs({ logprobs, top_logprobs: top }: JsonObject): ApiError | undefined {
  if (logprobs === true || typeof top !== 'number' || top === 0) return undefined;
  const reason = "is only allowed with 'logprobs': true";
  return apiError('unsupported_parameter', { param: 'top_logprobs', reason });
}

export type ChatBody = Static<typeof FIELDS>;
