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

/** Answers of one request, to all its prompts together. */
const ANSWERS_MAX = 2048;
const PROMPTS_MAX = ANSWERS_MAX;
const TOKEN_ID_MAX = 2 ** 32 - 1;
/** Likely tokens that can be told for each one. */
export const LOGPROBS_MAX = 5;
/** Tokens of an answer where the request does not say. */
export const TOKENS_DEFAULT = 16;

const PROMPT_WORDS =
  'a string, an array of strings, an array of token ids, or an array of arrays of token ids';
const ITEM_WORDS = 'a string (the items are strings, token ids, or arrays of token ids)';
const PROMPT_OPTIONS = { minItems: 1, 'x-type': PROMPT_WORDS, 'x-expected': PROMPT_WORDS };

const TOKEN_IDS = Type.Array(Type.Integer({ minimum: 0, maximum: TOKEN_ID_MAX }), PROMPT_OPTIONS);

const FIELDS = Type.Object({
  ...MODEL_FIELD,
  prompt: Type.Union(
    [
      Type.String({ 'x-type': PROMPT_WORDS }),
      Type.Array(Type.String({ 'x-type': ITEM_WORDS }), {
        ...PROMPT_OPTIONS,
        maxItems: PROMPTS_MAX,
      }),
      TOKEN_IDS,
      Type.Array(TOKEN_IDS, { ...PROMPT_OPTIONS, maxItems: PROMPTS_MAX }),
    ],
    {
      description: 'One or more texts, or token ids that are the prompt as they are.',
      'x-expected': PROMPT_WORDS,
    },
  ),
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
  if (typeof prompt === 'string') return [prompt];
  const prompts: (string | readonly number[])[] = [];
  const ids: number[] = [];
  for (const item of prompt) {
    if (typeof item === 'number') ids.push(item);
    else prompts.push(item);
  }
  return ids.length > 0 ? [ids] : prompts;
}

/** Many answers to each of many prompts are more than one request may ask for. */
function withinAnswers(body: JsonObject): ApiError | undefined {
  const { prompt, n: got } = body;
  const prompts = Array.isArray(prompt) && typeof prompt[0] !== 'number' ? prompt.length : 1;
  const max = Math.floor(ANSWERS_MAX / prompts);
  if (typeof got !== 'number' || got <= max || got > CHOICES_MAX) return undefined;
  return apiError('integer_above_max_value', { param: 'n', max, got });
}
