import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { optional, pairs } from '../schema/field-types.ts';

/** The fields that the bodies of several of OpenAI's endpoints have in common. */

/** Larger limits than this mean no limit; it also keeps sums of token counts exact. */
export const TOKENS_MAX = 2 ** 31 - 1;
export const CHOICES_MAX = 128;
const MODEL_LENGTH_MAX = 256;
const SALT_LENGTH_MAX = 1024;
const SEED_MAX = 2 ** 63;
const PRIORITY_MAX = 2 ** 31 - 1;
export const STOPS_MAX = 4;
/** As much of an answer is held back at most, in case that it is the beginning of a match. */
const STOP_LENGTH_MAX = 1024;
const STOP_WORDS = `a string, or an array of 1 to ${STOPS_MAX} strings, none of them empty`;

export const TOKENS = Type.Integer({ minimum: 1, maximum: TOKENS_MAX });
const PRIORITY = Type.Integer({ minimum: -PRIORITY_MAX, maximum: PRIORITY_MAX });
export const STOP = Type.String({ minLength: 1, maxLength: STOP_LENGTH_MAX, 'x-type': STOP_WORDS });
export const UNUSED = 'Checked, without effect.';

export const MODEL_FIELD = {
  model: Type.String({
    minLength: 1,
    maxLength: MODEL_LENGTH_MAX,
    description: 'Any name; unknown models are created on first use.',
    'x-expected': `the id of a model, a string of 1 to ${MODEL_LENGTH_MAX} characters`,
  }),
};

/** How long an answer is, how many there are, and how they are sent. */
export const ANSWER_FIELDS = {
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
};

/** Where a request is placed, and who shares its blocks. */
export const PLACEMENT_FIELDS = {
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
};

export const SAMPLING_FIELDS = {
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
};

const COMMON = Type.Object({ ...ANSWER_FIELDS, ...PLACEMENT_FIELDS, ...SAMPLING_FIELDS });
export type CommonBody = Static<typeof COMMON>;

/** The rule that `min_tokens` keeps to the limit of the answer, which `limitOf` reads in a body. */
export function withinLimit(limitOf: (body: JsonObject) => unknown) {
  return (body: JsonObject): ApiError | undefined => {
    const got = body.min_tokens;
    const max = limitOf(body);
    if (!Number.isInteger(got) || typeof got !== 'number') return undefined;
    if (typeof max !== 'number' || got <= max) return undefined;
    return apiError('integer_above_max_value', { param: 'min_tokens', max, got });
  };
}

/** `stream_options` says something of streams only. */
export function onlyStreamed(body: JsonObject): ApiError | undefined {
  if (!isJsonObject(body.stream_options) || body.stream === true) return undefined;
  const reason = "is only allowed with 'stream': true";
  return apiError('unsupported_parameter', { param: 'stream_options', reason });
}
