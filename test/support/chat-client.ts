import assert from 'node:assert/strict';
import type OpenAI from 'openai';

/** Enough of a chat client for tests that look at every byte of an answer. */

export type ChatBody = Record<string, unknown>;
export type Usage = OpenAI.CompletionUsage;
/** A chunk of a stream, with what servers add to OpenAI's. */
export type Chunk = Omit<OpenAI.ChatCompletionChunk, 'usage'> & { usage?: Usage | null };
export type Completion = OpenAI.ChatCompletion & { usage: Usage };

export interface ApiFailure {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

export const CHAT_PATH = '/v1/chat/completions';

/** The body of a chat request with one user message. */
export function chatBody(content: string, extra: ChatBody = {}): ChatBody {
  return { model: 'test/model', messages: [{ role: 'user', content }], ...extra };
}

/** `words` words that no other `topic` has in common: a prompt of about as many tokens. */
export function prompt(topic: string, words: number): string {
  return Array.from({ length: words }, (_, at) => `${topic}${at}`).join(' ');
}

interface Server {
  readonly origin: string;
}

export function post(
  server: Server,
  body: ChatBody,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(server.origin + CHAT_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export interface UnaryReply {
  readonly headers: Headers;
  readonly completion: Completion;
}

/** Asks for a whole answer, which must be a good one. */
export async function ask(
  server: Server,
  body: ChatBody,
  headers: Record<string, string> = {},
): Promise<UnaryReply> {
  const response = await post(server, body, headers);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { headers: response.headers, completion: JSON.parse(text) };
}

/** Asks for an answer that must be an error. */
export async function refused(
  server: Server,
  body: ChatBody,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; error: ApiFailure }> {
  const response = await post(server, body, headers);
  const text = await response.text();
  assert.ok(response.status >= 400, text);
  assert.equal(response.headers.get('content-type'), 'application/json');
  const document = JSON.parse(text);
  assert.deepEqual(Object.keys(document), ['error']);
  assert.deepEqual(Object.keys(document.error), ['message', 'type', 'param', 'code']);
  return { status: response.status, headers: response.headers, error: document.error };
}

export interface StreamReply {
  readonly headers: Headers;
  /** The `data:` of each event but `[DONE]`. */
  readonly chunks: readonly Chunk[];
  /** Set when the stream ended with an error event. */
  readonly error: ApiFailure | undefined;
  readonly isDone: boolean;
}

/** Asks for a stream and reads it to its end. */
export async function stream(
  server: Server,
  body: ChatBody,
  headers: Record<string, string> = {},
): Promise<StreamReply> {
  const response = await post(server, { ...body, stream: true }, headers);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  return { headers: response.headers, ...readEvents(text) };
}

/** Takes the text of a stream apart, and holds it to the strict form that every client can read. */
export function readEvents(text: string): Omit<StreamReply, 'headers'> {
  const chunks: Chunk[] = [];
  let error: ApiFailure | undefined;
  let isDone = false;
  assert.ok(text.endsWith('\n\n'), 'the last event is complete');
  for (const event of text.slice(0, -2).split('\n\n')) {
    assert.match(event, /^data: [^\n\r]+$/, 'an event is one line of data');
    assert.ok(!isDone && error === undefined, 'nothing follows [DONE] or an error');
    if (event === 'data: [DONE]') isDone = true;
    else {
      const data = JSON.parse(event.slice('data: '.length));
      if ('error' in data) error = data.error;
      else chunks.push(data);
    }
  }
  return { chunks, error, isDone };
}

/** What a stream said about one of its choices. */
export interface ChoiceOfStream {
  readonly content: string;
  readonly reasoning: string;
  /** Chunks that brought text: tokens, as each has one. */
  readonly tokens: number;
  readonly finishReason: string | null;
}

export function choiceOf(reply: Pick<StreamReply, 'chunks'>, index = 0): ChoiceOfStream {
  let content = '';
  let reasoning = '';
  let tokens = 0;
  let finishReason: string | null = null;
  for (const chunk of reply.chunks) {
    for (const choice of chunk.choices) {
      if (choice.index !== index) continue;
      const delta: { content?: string | null; reasoning_content?: string } = choice.delta;
      if (delta.content || delta.reasoning_content) tokens++;
      content += delta.content ?? '';
      reasoning += delta.reasoning_content ?? '';
      finishReason = choice.finish_reason ?? finishReason;
    }
  }
  return { content, reasoning, tokens, finishReason };
}

/** The usage that closes a stream. */
export function usageOf(reply: Pick<StreamReply, 'chunks'>): Usage {
  const last = reply.chunks.at(-1);
  assert.deepEqual(last?.choices, [], 'the usage has a chunk of its own, the last');
  assert.ok(last?.usage);
  return last.usage;
}
