import { type Static, Type } from '@sinclair/typebox';
import { optional, tagged } from '../schema/field-types.ts';

/** The messages of a conversation, as the client sent them. */

const MESSAGES_MAX = 2048;
const TEXT = Type.String({ 'x-expected': 'the text' });
const BASE64 = Type.String({ description: 'Base64.', 'x-expected': 'the data in base64' });
const URL = Type.String({ 'x-expected': 'a URL' });

const TEXT_BLOCK = Type.Object({ type: Type.Literal('text'), text: TEXT });

const BASE64_SOURCE = Type.Object({
  type: Type.Literal('base64'),
  media_type: Type.String({ 'x-expected': "a media type, such as 'image/png'" }),
  data: BASE64,
});
const URL_SOURCE = Type.Object({ type: Type.Literal('url'), url: URL });
const FILE_SOURCE = Type.Object({ type: Type.Literal('file'), file_id: Type.String() });

const IMAGE_BLOCK = Type.Object({
  type: Type.Literal('image'),
  source: tagged('type', [BASE64_SOURCE, URL_SOURCE, FILE_SOURCE]),
});
export type ImageBlock = Static<typeof IMAGE_BLOCK>;

const PAGES_WORDS = 'a string or an array of text and image blocks';
const PAGES = Type.Union(
  [Type.String(), Type.Array(tagged('type', [TEXT_BLOCK, IMAGE_BLOCK]), { 'x-type': PAGES_WORDS })],
  { 'x-type': PAGES_WORDS },
);

const DOCUMENT_BLOCK = Type.Object({
  type: Type.Literal('document'),
  title: optional(Type.String()),
  context: optional(Type.String()),
  source: tagged('type', [
    BASE64_SOURCE,
    URL_SOURCE,
    FILE_SOURCE,
    Type.Object({ type: Type.Literal('text'), data: TEXT }),
    Type.Object({ type: Type.Literal('content'), content: PAGES }),
  ]),
});
export type DocumentBlock = Static<typeof DOCUMENT_BLOCK>;

const RESULT_WORDS = 'a string or an array of text, image and document blocks';
const TOOL_RESULT_BLOCK = Type.Object({
  type: Type.Literal('tool_result'),
  tool_use_id: Type.String({ 'x-expected': 'the id of the tool_use block that it answers' }),
  content: optional(
    Type.Union([
      Type.String(),
      Type.Array(tagged('type', [TEXT_BLOCK, IMAGE_BLOCK, DOCUMENT_BLOCK]), {
        'x-type': RESULT_WORDS,
      }),
    ]),
    { 'x-type': RESULT_WORDS },
  ),
  is_error: optional(Type.Boolean()),
});

const BLOCK = tagged('type', [
  TEXT_BLOCK,
  IMAGE_BLOCK,
  DOCUMENT_BLOCK,
  TOOL_RESULT_BLOCK,
  Type.Object({
    type: Type.Literal('tool_use'),
    id: Type.String({ 'x-expected': 'the id of the call' }),
    name: Type.String({ 'x-expected': 'the name of the tool' }),
    input: Type.Object({}, { 'x-expected': 'the arguments as an object' }),
  }),
  Type.Object({
    type: Type.Literal('thinking'),
    thinking: TEXT,
    signature: optional(Type.String()),
  }),
  Type.Object({ type: Type.Literal('redacted_thinking'), data: Type.String() }),
]);
export type Block = Static<typeof BLOCK>;

const CONTENT_WORDS = 'a string or an array of content blocks';
const MESSAGE = tagged(
  'role',
  (['user', 'assistant'] as const).map((role) =>
    Type.Object({
      role: Type.Literal(role),
      content: Type.Union(
        [Type.String(), Type.Array(BLOCK, { minItems: 1, 'x-type': CONTENT_WORDS })],
        { 'x-type': CONTENT_WORDS },
      ),
    }),
  ),
);
export type Message = Static<typeof MESSAGE>;

export const MESSAGES = Type.Array(MESSAGE, {
  minItems: 1,
  maxItems: MESSAGES_MAX,
  description: 'The conversation so far, oldest first; an answer goes on where the last one ends.',
  'x-type': `an array of 1 to ${MESSAGES_MAX} messages`,
});

const SYSTEM_WORDS = 'a string or an array of text blocks';
export const SYSTEM = Type.Union(
  [Type.String(), Type.Array(TEXT_BLOCK, { 'x-type': SYSTEM_WORDS })],
  { 'x-type': SYSTEM_WORDS },
);
export type SystemPrompt = Static<typeof SYSTEM>;

/**
 * The texts of the last message of a user that has some, one on each line: results of tools leave
 * the message before them the last.
 */
export function lastOfUser(messages: readonly Message[]): string {
  const isSaid = ({ role, content }: Message): boolean =>
    role === 'user' && (typeof content === 'string' || content.some(({ type }) => type === 'text'));
  const content = messages.findLast(isSaid)?.content ?? '';
  if (typeof content === 'string') return content;
  const texts: string[] = [];
  for (const block of content) if (block.type === 'text') texts.push(block.text);
  return texts.join('\n');
}

/** The last message says what a tool has returned. */
export function endsWithResult(messages: readonly Message[]): boolean {
  const last = messages.at(-1)?.content;
  return Array.isArray(last) && last.some(({ type }) => type === 'tool_result');
}
