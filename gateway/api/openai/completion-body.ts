import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import type { JsonObject } from '../json-body.ts';
import { BodySchema } from '../schema/body-schema.ts';
import { optional } from '../schema/field-types.ts';
import {
  ANSWER_FIELDS,
  CHOICES_MAX,
  MODEL_FIELD,
  onlyStreamed,
  PLACEMENT_FIELDS,
  SAMPLING_FIELDS,
  TOKENS_MAX,
  withinLimit,
} from './common-fields.ts';
import { ITEMS_MAX, inputsOf, textInput } from './text-input.ts';

/** Answers of one request, to all its prompts together. */
const ANSWERS_MAX = ITEMS_MAX;
/** Characters of all prompts that are given back. */
const ECHO_LENGTH_MAX = 2 ** 20;
const SUFFIX_LENGTH_MAX = 2 ** 20;
/** Likely tokens that can be told for each one. */
export const LOGPROBS_MAX = 5;
/** Tokens of an answer where the request does not say. */
export const TOKENS_DEFAULT = 16;

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  prompt: textInput(0, 'One or more texts, or token ids that are the prompt as they are.'),
  suffix: optional(Type.String({ maxLength: SUFFIX_LENGTH_MAX }), {
    description: 'Checked, without effect.',
  }),
  max_tokens: optional(Type.Integer({ minimum: 0, maximum: TOKENS_MAX }), {
    default: TOKENS_DEFAULT,
    description: 'Limit of each answer, in tokens; 0 with echo only.',
  }),
  echo: optional(Type.Boolean(), {
    default: false,
    description: 'The prompt is given back before each answer.',
  }),
  best_of: optional(Type.Integer({ minimum: 1, maximum: CHOICES_MAX }), {
    description:
      'So many answers are generated for each prompt, and the n likeliest of them given.',
  }),
  logprobs: optional(Type.Integer({ minimum: 0, maximum: LOGPROBS_MAX }), {
    description: 'Tells how likely each token was, and so many of the likeliest in its place.',
  }),
  ...ANSWER_FIELDS,
  ...PLACEMENT_FIELDS,
  ...SAMPLING_FIELDS,
});

/** The body of `POST /v1/completions`. */
export const COMPLETION_BODY = new BodySchema(FIELDS, {
  prompt: shortToEcho,
  max_tokens: someUnlessEchoed,
  best_of: atLeastGiven,
  min_tokens: withinLimit((body) => body.max_tokens ?? TOKENS_DEFAULT),
  stream_options: onlyStreamed,
  n: withinAnswers,
});
export type CompletionBody = Static<typeof FIELDS>;

/** The prompts of a body that keeps to its schema: each a text, or token ids. */
export function promptsOf({
  prompt,
}: Pick<CompletionBody, 'prompt'>): readonly (string | readonly number[])[] {
  return inputsOf(prompt);
}

/** Many answers to each of many prompts are more than one request may ask for. */
function withinAnswers(body: JsonObject): ApiError | undefined {
  const { prompt, n, best_of: candidates } = body;
  const got = candidates ?? n;
  const prompts = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1;
  const max = Math.floor(ANSWERS_MAX / prompts);
  if (typeof got !== 'number' || got <= max || got > CHOICES_MAX) return undefined;
  const param = got === n ? 'n' : 'best_of';
  return apiError('integer_above_max_value', { param, max, got });
}

/** What is given back is held until the answer has ended. */
function shortToEcho({ prompt, echo }: JsonObject): ApiError | undefined {
  if (echo !== true) return undefined;
  let got = 0;
  for (const item of Array.isArray(prompt) ? prompt : [prompt]) {
    got += typeof item === 'string' ? item.length : 1;
  }
  if (got <= ECHO_LENGTH_MAX) return undefined;
  return apiError('string_above_max_length', { param: 'prompt', max: ECHO_LENGTH_MAX, got });
}

function someUnlessEchoed({ max_tokens: got, echo }: JsonObject): ApiError | undefined {
  if (got !== 0 || echo === true) return undefined;
  return apiError('integer_below_min_value', { param: 'max_tokens', min: 1, got });
}

/** Which answers are the likeliest is known when all have ended. */
function atLeastGiven({ best_of: got, n, stream }: JsonObject): ApiError | undefined {
  if (typeof got !== 'number') return undefined;
  const min = typeof n === 'number' ? n : 1;
  if (got < min) return apiError('integer_below_min_value', { param: 'best_of', min, got });
  if (got === min || stream !== true) return undefined;
  const reason = "cannot be larger than 'n' with 'stream': true";
  return apiError('unsupported_parameter', { param: 'best_of', reason });
}
