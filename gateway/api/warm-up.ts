import type { Static } from '@sinclair/typebox';
import type { ApiError } from '../../shared/errors.ts';
import { BodyParser } from './body-parser.ts';
import { CHAT_BODY } from './openai/chat-body.ts';

const MESSAGES = 320;
/** Its string is longer than those that are walked byte by byte, and has escapes. */
const LONG_TEXT = JSON.stringify('a "quoted" word\n'.repeat(6));
const PARTS = [
  '{"type":"text","text":"a"}',
  '{"type":"refusal","refusal":"a"}',
  '{"type":"image_url","image_url":{"url":"a","detail":"low"}}',
  '{"type":"video_url","video_url":{"url":"a"}}',
  '{"type":"input_audio","input_audio":{"data":"a","format":"wav"}}',
  '{"type":"file","file":{"file_id":"a"}}',
];
const WRONG_PART = '{"type":"file","file":{"file_id":0}}';

/**
 * Parses a body of many small parts, the last of which is wrong, so that the engine of JavaScript
 * has compiled what reads bodies before the first of them comes: not compiled, it takes several
 * times as long. A function that is called once for each body, and loops over it, is compiled in
 * the second run, on another thread, and takes effect from the next run on. Returns what is wrong
 * with the body.
 */
export function warmUp(): Static<typeof CHAT_BODY.schema> | ApiError {
  const message = `{"role":"user","content":[${PARTS.join()}]}`;
  const first = `{"role":"user","content":${LONG_TEXT}}`;
  const last = `{"role":"user","content":[${WRONG_PART}]}`;
  const messages = `${first},${`${message},`.repeat(MESSAGES)}${last}`;
  return new BodyParser(CHAT_BODY).parse(Buffer.from(`{"model":"a","messages":[${messages}]}`));
}
