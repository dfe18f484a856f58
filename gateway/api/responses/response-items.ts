import { type Static, Type } from '@sinclair/typebox';
import { type ApiError, apiError } from '../../../shared/errors.ts';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import { optional, tagged } from '../schema/field-types.ts';

/** The input of a response, as the client sent it: items, of which messages are the usual ones. */

const ITEMS_MAX = 2048;
const TEXT = Type.String({ 'x-expected': 'the text' });
const TEXT_TYPES = ['input_text', 'output_text', 'text', 'reasoning_text', 'summary_text'] as const;

const INPUT_AUDIO = Type.Object(
  {
    data: Type.String({ description: 'Base64.', 'x-expected': 'the audio in base64' }),
    format: oneOf(['wav', 'mp3']),
  },
  { 'x-expected': 'an object with data and format' },
);

const PART = tagged('type', [
  ...TEXT_TYPES.map((type) => Type.Object({ type: Type.Literal(type), text: TEXT })),
  Type.Object({ type: Type.Literal('refusal'), refusal: TEXT }),
  Type.Object({
    type: Type.Literal('input_image'),
    image_url: optional(Type.String({ 'x-expected': 'a URL or a data URI' })),
    file_id: optional(Type.String()),
    detail: optional(oneOf(['auto', 'low', 'high'])),
  }),
  Type.Object({ type: Type.Literal('input_audio'), input_audio: INPUT_AUDIO }),
  Type.Object({
    type: Type.Literal('input_file'),
    file_data: optional(Type.String(), { description: 'Base64, or a data URI of it.' }),
    file_id: optional(Type.String()),
    file_url: optional(Type.String()),
    filename: optional(Type.String()),
  }),
]);
export type ItemPart = Static<typeof PART>;

const CONTENT_WORDS = 'a string or an array of content parts';
const CONTENT = Type.Union([Type.String(), Type.Array(PART, { 'x-type': CONTENT_WORDS })], {
  'x-type': CONTENT_WORDS,
});

const ROLES = ['user', 'assistant', 'system', 'developer'] as const;

/** One kind for all items: a message need not say its type. */
const ITEM = Type.Object({
  type: optional(oneOf(['message', 'function_call', 'function_call_output', 'reasoning'])),
  id: optional(Type.String()),
  status: optional(Type.String()),
  role: optional(oneOf(ROLES)),
  content: optional(CONTENT, { 'x-type': CONTENT_WORDS }),
  call_id: optional(Type.String()),
  name: optional(Type.String()),
  arguments: optional(Type.String()),
  output: optional(CONTENT, { 'x-type': CONTENT_WORDS }),
  summary: optional(Type.Array(PART)),
});
export type Item = Static<typeof ITEM>;

const INPUT_WORDS = `a string or an array of 1 to ${ITEMS_MAX} items`;
export const INPUT = Type.Union(
  [Type.String(), Type.Array(ITEM, { minItems: 1, maxItems: ITEMS_MAX, 'x-type': INPUT_WORDS })],
  {
    description: 'What is to be answered: a text of the user, or items, oldest first.',
    'x-type': INPUT_WORDS,
    'x-expected': INPUT_WORDS,
  },
);

const NEEDED: Readonly<Record<string, readonly (keyof Item)[]>> = {
  message: ['role', 'content'],
  function_call: ['call_id', 'name', 'arguments'],
  function_call_output: ['call_id', 'output'],
  reasoning: [],
};

/** Each item has what its type needs. */
export function whollyGiven({ input }: JsonObject): ApiError | undefined {
  if (!Array.isArray(input)) return undefined;
  for (const [at, item] of input.entries()) {
    if (!isJsonObject(item)) continue;
    const needed = NEEDED[typeof item.type === 'string' ? item.type : 'message'];
    const missing = needed?.find((name) => item[name] === undefined || item[name] === null);
    if (missing === undefined) continue;
    const expected = `it: an item of the type '${item.type ?? 'message'}' has one`;
    return apiError('missing_required_parameter', { param: `input[${at}].${missing}`, expected });
  }
  return undefined;
}

/** What a body says: a text is a message of the user. */
export function itemsOf(input: Static<typeof INPUT>): readonly Item[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input;
}

/** The texts of the last message of the user, one on each line. */
export function lastOfUser(items: readonly Item[]): string {
  const content = items.findLast(({ role }) => role === 'user')?.content ?? '';
  if (typeof content === 'string') return content;
  return content.flatMap((part) => ('text' in part ? [part.text] : [])).join('\n');
}
