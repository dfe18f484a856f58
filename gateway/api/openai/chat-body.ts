import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { REASONING_EFFORTS } from '../../generate/reasoning.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional, pairs } from '../schema/field-types.ts';
import { MESSAGES } from './chat-message.ts';

/** Larger limits than this mean no limit; it also keeps sums of token counts exact. */
const TOKENS_MAX = 2 ** 31 - 1;
const CHOICES_MAX = 128;
const MODEL_LENGTH_MAX = 256;
const SALT_LENGTH_MAX = 1024;
const SEED_MAX = 2 ** 63;
const PRIORITY_MAX = 2 ** 31 - 1;
const STOPS_MAX = 4;
/** As much of an answer is held back at most, in case that it is the beginning of a match. */
const STOP_LENGTH_MAX = 1024;
const STOP_WORDS = `a string, or an array of 1 to ${STOPS_MAX} strings, none of them empty`;

const TOKENS = Type.Integer({ minimum: 1, maximum: TOKENS_MAX });
const PRIORITY = Type.Integer({ minimum: -PRIORITY_MAX, maximum: PRIORITY_MAX });
const STOP = Type.String({ minLength: 1, maxLength: STOP_LENGTH_MAX, 'x-type': STOP_WORDS });
const UNUSED = 'Checked, without effect.';

const FIELDS = Type.Object({
  model: Type.String({
    minLength: 1,
    maxLength: MODEL_LENGTH_MAX,
    description: 'Any name; unknown models are created on first use.',
    'x-expected': `the id of a model, a string of 1 to ${MODEL_LENGTH_MAX} characters`,
  }),
  messages: MESSAGES,
  max_completion_tokens: optional(TOKENS, { description: 'Limit of the answer, in tokens.' }),
  max_tokens: optional(TOKENS, { description: 'The same, where max_completion_tokens is absent.' }),
  min_tokens: optional(Type.Integer({ minimum: 0, maximum: TOKENS_MAX }), {
    default: 0,
    description: 'The answer has at least so many tokens.',
  }),
  ignore_eos: optional(Type.Boolean(), {
    default: false,
    description: 'The answer is as long as its limit.',
  }),
  stream: optional(Type.Boolean(), { default: false }),
  stream_options: optional(
    Type.Object({
      include_usage: optional(Type.Boolean(), {
        default: false,
        description: 'A chunk at the end says the usage.',
      }),
      continuous_usage_stats: optional(Type.Boolean(), {
        default: false,
        description: 'With include_usage: each chunk says the usage so far.',
      }),
    }),
    { description: 'Only with stream.' },
  ),
  n: optional(Type.Integer({ minimum: 1, maximum: CHOICES_MAX }), {
    default: 1,
    description: 'Number of answers.',
  }),
  stop: optional(
    Type.Union([
      STOP,
      Type.Array(STOP, { minItems: 1, maxItems: STOPS_MAX, 'x-type': STOP_WORDS }),
    ]),
    { description: 'Texts before the first of which the answer ends.' },
  ),
  seed: optional(Type.Integer({ minimum: -SEED_MAX, maximum: SEED_MAX }), {
    description: 'Equal requests with a seed get equal answers.',
  }),
  reasoning_effort: optional(oneOf(REASONING_EFFORTS)),
  chat_template_kwargs: optional(
    Type.Object({
      enable_thinking: optional(Type.Boolean(), {
        description: 'Turns reasoning on or off whatever the model.',
      }),
    }),
  ),
  priority: optional(PRIORITY, { description: 'Lower is served first.' }),
  cache_salt: optional(Type.String({ maxLength: SALT_LENGTH_MAX }), {
    description: 'Requests with different salts share no blocks.',
  }),
  user: optional(Type.String(), {
    description: 'The session, where prompt_cache_key is absent.',
  }),
  prompt_cache_key: optional(Type.String(), { description: 'The session of the policy session.' }),
  nvext: optional(
    Type.Object({
      backend_instance_id: optional(
        Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
        { description: 'The worker that must serve the request.' },
      ),
      agent_hints: optional(
        Type.Object({
          priority: optional(PRIORITY, { description: 'Higher is served first.' }),
        }),
      ),
    }),
    { description: 'Extensions of Dynamo.' },
  ),
  temperature: optional(Type.Number({ minimum: 0, maximum: 2 }), {
    description: 'At 0 equal requests get equal answers.',
  }),
  top_p: optional(Type.Number({ minimum: 0, maximum: 1 }), { description: UNUSED }),
  presence_penalty: optional(Type.Number({ minimum: -2, maximum: 2 }), { description: UNUSED }),
  frequency_penalty: optional(Type.Number({ minimum: -2, maximum: 2 }), { description: UNUSED }),
  logit_bias: optional(pairs(Type.Number({ minimum: -100, maximum: 100 })), {
    description: UNUSED,
  }),
  metadata: optional(pairs(Type.String({ maxLength: 512 }), { pairsMax: 16, nameLengthMax: 64 }), {
    description: UNUSED,
  }),
  tools: Type.Optional(
    Type.Unknown({ description: 'Definitions of tools; they are part of the prompt.' }),
  ),
  functions: Type.Optional(Type.Unknown({ description: 'The same, where tools is absent.' })),
});

/** The body of `POST /v1/chat/completions`. */
export const CHAT_BODY = new BodySchema(FIELDS, {
  min_tokens: withinLimit,
  stream_options: onlyStreamed,
});
export type ChatBody = Static<typeof FIELDS>;

function withinLimit(body: JsonObject): ApiError | undefined {
  const got = body.min_tokens;
  const max = body.max_completion_tokens ?? body.max_tokens;
  if (!Number.isInteger(got) || typeof got !== 'number') return undefined;
  if (typeof max !== 'number' || got <= max) return undefined;
  return apiError('integer_above_max_value', { param: 'min_tokens', max, got });
}

function onlyStreamed(body: JsonObject): ApiError | undefined {
  if (!isJsonObject(body.stream_options) || body.stream === true) return undefined;
  const reason = "is only allowed with 'stream': true";
  return apiError('unsupported_parameter', { param: 'stream_options', reason });
}
