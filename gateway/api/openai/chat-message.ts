import { type Static, Type } from '@sinclair/typebox';
import { oneOf } from '../../../shared/schema/one-of.ts';
import { optional, tagged, withOneOf } from '../schema/field-types.ts';

/** The messages of a chat, as the client sent them. */

const MESSAGES_MAX = 2048;

const DETAIL = oneOf(['auto', 'low', 'high'], {
  description: 'How closely to look: low costs least.',
});

const AUDIO_FORMAT = oneOf(['wav', 'mp3'], { 'x-expected': "'wav' or 'mp3'" });

/** A picture or a video, by URL or as a data URI. */
const MEDIA_URL = Type.Object(
  {
    url: Type.String({ 'x-expected': 'a URL or a data URI' }),
    detail: optional(DETAIL),
  },
  { 'x-expected': 'an object with a url' },
);

const INPUT_AUDIO = Type.Object(
  {
    data: Type.String({ description: 'Base64.', 'x-expected': 'the audio in base64' }),
    format: AUDIO_FORMAT,
  },
  { 'x-expected': 'an object with data and format' },
);

const INPUT_FILE = withOneOf(
  Type.Object({
    file_data: optional(Type.String(), { description: 'Base64, or a data URI of it.' }),
    file_id: optional(Type.String()),
  }),
  ['file_data', 'file_id'],
  'the file in base64, or its file_id',
  { 'x-expected': 'an object with file_data or file_id' },
);

const TEXT = Type.String({ 'x-expected': 'the text' });

const CONTENT_PART = tagged('type', [
  Type.Object({ type: Type.Literal('text'), text: TEXT }),
  Type.Object({ type: Type.Literal('refusal'), refusal: TEXT }),
  Type.Object({ type: Type.Literal('image_url'), image_url: MEDIA_URL }),
  Type.Object({ type: Type.Literal('video_url'), video_url: MEDIA_URL }),
  Type.Object({ type: Type.Literal('input_audio'), input_audio: INPUT_AUDIO }),
  Type.Object({ type: Type.Literal('file'), file: INPUT_FILE }),
]);
export type ContentPart = Static<typeof CONTENT_PART>;

const CONTENT_WORDS = 'a string or an array of content parts';
const CONTENT = Type.Union(
  [Type.String(), Type.Array(CONTENT_PART, { minItems: 1, 'x-type': CONTENT_WORDS })],
  { 'x-type': CONTENT_WORDS },
);
const NAME = optional(Type.String(), { description: 'Of whom the message is.' });

/** An answer that was a call, a refusal or speech has no text. */
const ASSISTANT_MESSAGE = withOneOf(
  Type.Object({
    role: Type.Literal('assistant'),
    content: optional(CONTENT),
    name: NAME,
    tool_calls: optional(Type.Array(Type.Unknown(), { 'x-type': 'an array of tool calls' })),
    refusal: optional(Type.String()),
    function_call: optional(Type.Object({})),
    audio: Type.Optional(Type.Unknown()),
  }),
  ['content', 'tool_calls', 'function_call', 'refusal', 'audio'],
  CONTENT_WORDS,
);
export type AssistantMessage = Static<typeof ASSISTANT_MESSAGE>;

const MESSAGE = tagged('role', [
  Type.Object({
    role: oneOf(['system', 'developer', 'user']),
    content: CONTENT,
    name: NAME,
  }),
  ASSISTANT_MESSAGE,
  Type.Object({
    role: Type.Literal('tool'),
    content: CONTENT,
    name: NAME,
    tool_call_id: Type.String({ 'x-expected': 'the id of the call it answers' }),
  }),
  Type.Object({ role: Type.Literal('function'), content: CONTENT, name: NAME }),
]);
export type ChatMessage = Static<typeof MESSAGE>;
export type Role = ChatMessage['role'];

export const MESSAGES = Type.Array(MESSAGE, {
  minItems: 1,
  maxItems: MESSAGES_MAX,
  description: 'The conversation so far, oldest first.',
  'x-type': `an array of 1 to ${MESSAGES_MAX} messages`,
});

/** The texts of the last message of a user, one on each line. */
export function lastOfUser(messages: readonly ChatMessage[]): string {
  const last = messages.findLast(({ role }) => role === 'user');
  const content = last?.content ?? '';
  if (typeof content === 'string') return content;
  const texts: string[] = [];
  for (const part of content) if (part.type === 'text') texts.push(part.text);
  return texts.join('\n');
}
