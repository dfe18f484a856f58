import { apiError } from '../../../shared/errors.ts';
import { isJsonObject, type JsonObject } from '../json-body.ts';
import type { FieldReader } from './field-reader.ts';

/** The messages of a chat, checked and otherwise as the client sent them. */

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'] as const;
export type Role = (typeof ROLES)[number];

const DETAILS = ['auto', 'low', 'high'] as const;
export type Detail = (typeof DETAILS)[number];

const AUDIO_FORMATS = ['wav', 'mp3'] as const;
export type InputAudioFormat = (typeof AUDIO_FORMATS)[number];

/** A picture or a video, by URL or as a data URI. */
export interface MediaUrl {
  readonly url: string;
  readonly detail?: Detail | null;
}

export interface InputAudio {
  /** Base64. */
  readonly data: string;
  readonly format: InputAudioFormat;
}

export interface InputFile {
  /** Base64, or a data URI of it. */
  readonly file_data?: string | null;
  readonly file_id?: string | null;
}

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: 'image_url'; readonly image_url: MediaUrl }
  | { readonly type: 'video_url'; readonly video_url: MediaUrl }
  | { readonly type: 'input_audio'; readonly input_audio: InputAudio }
  | { readonly type: 'file'; readonly file: InputFile };

export interface ChatMessage {
  readonly role: Role;
  readonly content?: string | readonly ContentPart[] | null;
  readonly name?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly unknown[] | null;
  readonly function_call?: JsonObject | null;
}

const MESSAGES_MAX = 2048;
const MESSAGES_EXPECTED = `an array of 1 to ${MESSAGES_MAX} messages`;
const CONTENT_EXPECTED = 'a string or an array of content parts';

/** The messages of a request; an empty list after a problem. */
export function readMessages(value: unknown, fields: FieldReader): readonly ChatMessage[] {
  if (value === undefined || value === null) {
    fields.missing('messages', MESSAGES_EXPECTED);
  } else if (!Array.isArray(value)) {
    fields.invalidType('messages', MESSAGES_EXPECTED, value);
  } else if (value.length === 0) {
    fields.fail(apiError('empty_array', { param: 'messages', expected: MESSAGES_EXPECTED }));
  } else if (value.length > MESSAGES_MAX) {
    const details = { param: 'messages', max: MESSAGES_MAX, got: value.length };
    fields.fail(apiError('array_above_max_length', details));
  } else if (areMessages(value, fields)) {
    return value;
  }
  return [];
}

function areMessages(
  values: readonly unknown[],
  fields: FieldReader,
): values is readonly ChatMessage[] {
  for (let index = 0; index < values.length; index++) {
    if (!isMessage(values[index], index, fields)) return false;
  }
  return true;
}

/** Paths are built only for the problem that is reported, so a good message costs no string. */
function isMessage(value: unknown, index: number, fields: FieldReader): value is ChatMessage {
  if (!isJsonObject(value)) {
    fields.invalidType(`messages[${index}]`, 'an object', value);
    return false;
  }
  const { role, content, name } = value;
  if (typeof role !== 'string' || !ROLE_NAMES.has(role)) {
    badRole(role, `messages[${index}].role`, fields);
    return false;
  }
  if (content === undefined || content === null) {
    if (needsContent(role, value)) {
      fields.missing(`messages[${index}].content`, CONTENT_EXPECTED);
      return false;
    }
  } else if (typeof content !== 'string' && !areParts(content, index, fields)) {
    return false;
  }
  if (name !== undefined && name !== null && typeof name !== 'string') {
    fields.invalidType(`messages[${index}].name`, 'a string', name);
    return false;
  }
  return role === 'tool' || role === 'assistant' ? hasToolFields(role, value, index, fields) : true;
}

const ROLE_NAMES: ReadonlySet<string> = new Set(ROLES);

function badRole(role: unknown, param: string, fields: FieldReader): void {
  if (role === undefined || role === null) fields.missing(param, `one of '${ROLES.join("', '")}'`);
  else fields.oneOf(role, param, ROLES);
}

/** An answer that was a call, a refusal or speech has no text. */
function needsContent(role: string, message: JsonObject): boolean {
  if (role !== 'assistant') return true;
  const other = message.tool_calls ?? message.function_call;
  return (other ?? message.refusal ?? message.audio ?? null) === null;
}

function hasToolFields(
  role: 'tool' | 'assistant',
  message: JsonObject,
  index: number,
  fields: FieldReader,
): boolean {
  if (role === 'tool') {
    const id = message.tool_call_id;
    if (typeof id === 'string') return true;
    const param = `messages[${index}].tool_call_id`;
    if (id === undefined || id === null) fields.missing(param, 'the id of the call it answers');
    else fields.invalidType(param, 'a string', id);
    return false;
  }
  const calls = message.tool_calls;
  if (calls !== undefined && calls !== null && !Array.isArray(calls)) {
    fields.invalidType(`messages[${index}].tool_calls`, 'an array of tool calls', calls);
    return false;
  }
  fields.string(message.refusal, `messages[${index}].refusal`);
  fields.object(message.function_call, `messages[${index}].function_call`);
  return fields.problem === undefined;
}

function areParts(value: unknown, index: number, fields: FieldReader): boolean {
  if (!Array.isArray(value)) {
    fields.invalidType(`messages[${index}].content`, CONTENT_EXPECTED, value);
    return false;
  }
  if (value.length === 0) {
    const details = { param: `messages[${index}].content`, expected: CONTENT_EXPECTED };
    fields.fail(apiError('empty_array', details));
    return false;
  }
  for (let at = 0; at < value.length; at++) {
    const part: unknown = value[at];
    if (isText(part)) continue;
    checkPart(part, `messages[${index}].content[${at}]`, fields);
    if (fields.problem !== undefined) return false;
  }
  return true;
}

/** The most frequent part, which needs no path. */
function isText(part: unknown): boolean {
  return isJsonObject(part) && part.type === 'text' && typeof part.text === 'string';
}

function checkPart(part: unknown, param: string, fields: FieldReader): void {
  if (!isJsonObject(part)) {
    fields.invalidType(param, 'an object', part);
    return;
  }
  switch (part.type) {
    case 'text':
    case 'refusal':
      requiredString(part[part.type], `${param}.${part.type}`, 'the text', fields);
      return;
    case 'image_url':
    case 'video_url':
      checkMediaUrl(part[part.type], `${param}.${part.type}`, fields);
      return;
    case 'input_audio':
      checkAudio(part.input_audio, `${param}.input_audio`, fields);
      return;
    case 'file':
      checkFile(part.file, `${param}.file`, fields);
      return;
    default:
      badPartType(part.type, `${param}.type`, fields);
  }
}

const PART_TYPES = ['text', 'refusal', 'image_url', 'video_url', 'input_audio', 'file'] as const;

function badPartType(type: unknown, param: string, fields: FieldReader): void {
  if (type === undefined || type === null) {
    fields.missing(param, `one of '${PART_TYPES.join("', '")}'`);
  } else {
    fields.oneOf(type, param, PART_TYPES);
  }
}

function checkMediaUrl(value: unknown, param: string, fields: FieldReader): void {
  const media = requiredObject(value, param, 'an object with a url', fields);
  if (media === undefined) return;
  requiredString(media.url, `${param}.url`, 'a URL or a data URI', fields);
  fields.oneOf(media.detail, `${param}.detail`, DETAILS);
}

function checkAudio(value: unknown, param: string, fields: FieldReader): void {
  const audio = requiredObject(value, param, 'an object with data and format', fields);
  if (audio === undefined) return;
  requiredString(audio.data, `${param}.data`, 'the audio in base64', fields);
  const format = audio.format ?? undefined;
  if (format === undefined) fields.missing(`${param}.format`, "'wav' or 'mp3'");
  else fields.oneOf(format, `${param}.format`, AUDIO_FORMATS);
}

function checkFile(value: unknown, param: string, fields: FieldReader): void {
  const file = requiredObject(value, param, 'an object with file_data or file_id', fields);
  if (file === undefined) return;
  const data = fields.string(file.file_data, `${param}.file_data`);
  const id = fields.string(file.file_id, `${param}.file_id`);
  if (data === undefined && id === undefined) {
    fields.missing(`${param}.file_data`, 'the file in base64, or its file_id');
  }
}

function requiredObject(
  value: unknown,
  param: string,
  expected: string,
  fields: FieldReader,
): JsonObject | undefined {
  if (value === undefined || value === null) return fields.missing(param, expected);
  return fields.object(value, param);
}

function requiredString(
  value: unknown,
  param: string,
  expected: string,
  fields: FieldReader,
): void {
  if (value === undefined || value === null) fields.missing(param, expected);
  else fields.string(value, param);
}
