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
  TOKENS,
  withinLimit,
} from './common-fields.ts';
import { ITEMS_MAX, inputsOf, textInput } from './text-input.ts';

/** Answers of one request, to all its prompts together. */
const ANSWERS_MAX = ITEMS_MAX;
/** Likely tokens that can be told for each one. */
export const LOGPROBS_MAX = 5;
/** Tokens of an answer where the request does not say. */
export const TOKENS_DEFAULT = 16;

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  prompt: textInput(0, 'One or more texts, or token ids that are the prompt as they are.'),
  max_tokens: optional(TOKENS, {
    default: TOKENS_DEFAULT,
    description: 'Limit of each answer, in tokens.',
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
  const { prompt, n: got } = body;
  const prompts = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1;
  const max = Math.floor(ANSWERS_MAX / prompts);
  if (typeof got !== 'number' || got <= max || got > CHOICES_MAX) return undefined;
  return apiError('integer_above_max_value', { param: 'n', max, got });
}
