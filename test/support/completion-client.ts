import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import type { Usage } from './chat-client.ts';

/** Enough of a client of `/v1/completions` for tests that look at every byte of an answer. */

export const COMPLETIONS_PATH = '/v1/completions';

export type CompletionBody = Record<string, unknown>;
export type TextCompletion = OpenAI.Completion & { usage: Usage };
export type TextChunk = Omit<OpenAI.Completion, 'usage'> & { usage?: Usage | null };

interface Server {
  readonly origin: string;
}

export function postCompletion(server: Server, body: CompletionBody): Promise<Response> {
  return fetch(server.origin + COMPLETIONS_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', ...body }),
  });
}

/** Asks for whole completions, which must be good ones. */
export async function complete(server: Server, body: CompletionBody): Promise<TextCompletion> {
  const response = await postCompletion(server, body);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

/** Asks for completions that must be an error, and returns its status, code and parameter. */
export async function refusedCompletion(server: Server, body: CompletionBody) {
  const response = await postCompletion(server, body);
  const { error } = JSON.parse(await response.text());
  return [response.status, error.code, error.param];
}

/** Asks for a stream of completions and reads it to its end. */
export async function streamCompletion(
  server: Server,
  body: CompletionBody,
): Promise<readonly TextChunk[]> {
  const response = await postCompletion(server, { ...body, stream: true });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const events = text.split('\n\n');
  assert.deepEqual(events.splice(-2), ['data: [DONE]', '']);
  return events.map((event) => {
    assert.match(event, /^data: [^\n\r]+$/, 'an event is one line of data');
    return JSON.parse(event.slice('data: '.length));
  });
}

/** What a stream said of one of its choices, joined. */
export function joined(chunks: readonly TextChunk[], index: number) {
  let text = '';
  let tokens = 0;
  let finishReason: string | null = null;
  for (const choice of chunks.flatMap((chunk) => chunk.choices)) {
    if (choice.index !== index) continue;
    assert.equal(finishReason, null, 'nothing follows the finish reason');
    text += choice.text;
    if (choice.text !== '') tokens++;
    finishReason = choice.finish_reason;
  }
  return { text, tokens, finishReason };
}
