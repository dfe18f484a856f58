import type { Static } from '@sinclair/typebox';
import type { ApiError } from '../../shared/errors.ts';
import { AnswerPlan } from '../generate/answer-plan.ts';
import { AnswerText } from '../generate/answer-text.ts';
import type { Sampling } from '../generate/sampling.ts';
import { StopSequences } from '../text/stop-matcher.ts';
import { BodyParser } from './body-parser.ts';
import { CHAT_BODY } from './openai/chat-body.ts';
import { ChatChunks } from './openai/chat-chunks.ts';
import { ChatResponse } from './openai/chat-response.ts';

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

/** Enough for whatever runs once for each token. */
const TOKENS = 4096;
const SAMPLING: Sampling = {
  outputLimit: TOKENS,
  minTokens: 0,
  ignoreEos: true,
  choices: 1,
  candidates: undefined,
  stop: [],
  seed: undefined,
  repeatable: false,
  reasoningEffort: undefined,
  enableThinking: undefined,
};
const HEAD = { id: 'a', createdS: 0, modelJson: '"a"', fingerprint: 'a' };
const USAGE = {
  promptTokens: 1,
  cachedTokens: 0,
  promptAudioTokens: 0,
  completionTokens: TOKENS,
  reasoningTokens: 0,
};

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

/**
 * Writes an answer of many tokens as events, while a stop sequence is looked for in it, and again
 * as a body in slices, for the same reason. Returns the characters of both.
 */
export function warmUpAnswer(): { readonly events: number; readonly body: number } {
  const lengths = { tokens: TOKENS, variancePercent: 0 };
  const plan = AnswerPlan.ofCorpus(SAMPLING, { reasoning: false }, lengths, 1, TOKENS);
  const searched = new AnswerText(plan, new StopSequences(['e e~', 'the~'], 0));
  const chunks = new ChatChunks(HEAD, 'none');
  let events = 0;
  while (!searched.hasEnded) {
    events += chunks.token(0, 'text', searched.next(), USAGE, 1, 0).length;
  }
  const text = new AnswerText(plan, undefined);
  text.takeAll();
  let body = 0;
  for (const slice of new ChatResponse(HEAD).slices([text], USAGE)) body += slice.length;
  return { events, body };
}
