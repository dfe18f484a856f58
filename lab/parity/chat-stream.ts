import { type Agent, type IncomingMessage, request } from 'node:http';

/** One chat message, as the API takes it. */
export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What is asked of the server for one request of a workload. */
export interface ChatCall {
  readonly url: URL;
  readonly agent: Agent;
  readonly model: string;
  readonly session: string;
  readonly messages: readonly Message[];
  /** The answer has exactly this many. */
  readonly outputTokens: number;
}

/**
 * A whole answer as its client saw it. Times are in microseconds from when the request was sent.
 */
export interface ChatReply {
  readonly ttftUs: number;
  /** From each token to the next one. */
  readonly gapsUs: readonly number[];
  /** To the last token. */
  readonly e2eUs: number;
  readonly text: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Name of the worker that served it. */
  readonly worker: string;
}

/** The server refused the request, broke off its answer, or sent what is no answer. */
export class ChatFailure extends Error {
  override readonly name = 'ChatFailure';
}

/** Sends one request and follows the stream of its answer. Rejects with `ChatFailure`. */
export function streamChat(call: ChatCall): Promise<ChatReply> {
  const body = JSON.stringify({
    model: call.model,
    messages: call.messages,
    max_tokens: call.outputTokens,
    ignore_eos: true,
    stream: true,
    stream_options: { include_usage: true },
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new ChatFailure(error.message));
    const outgoing = request(call.url, {
      method: 'POST',
      agent: call.agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-session-id': call.session,
      },
    });
    const sentUs = nowUs();
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      readReply(incoming, sentUs).then(resolve, fail);
    });
    outgoing.end(body);
  });
}

async function readReply(incoming: IncomingMessage, sentUs: number): Promise<ChatReply> {
  incoming.setEncoding('utf8');
  const events = new EventReader(sentUs);
  let refusal = '';
  for await (const part of incoming) {
    if (incoming.statusCode === 200) events.push(String(part));
    else refusal += String(part);
  }
  if (incoming.statusCode !== 200) {
    throw new ChatFailure(`status ${incoming.statusCode}: ${refusal.slice(0, 500)}`);
  }
  return events.reply(String(incoming.headers['x-fakeai-worker']));
}

/** What of a chunk is looked at. */
interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  } | null;
}

/** Takes a stream of server-sent events apart and notes when each token came. */
class EventReader {
  readonly #sentUs: number;
  #rest = '';
  #firstUs = -1;
  #lastUs = 0;
  readonly #gapsUs: number[] = [];
  #text = '';
  #usage: Chunk['usage'];
  #isDone = false;

  constructor(sentUs: number) {
    this.#sentUs = sentUs;
  }

  push(part: string): void {
    const atUs = nowUs();
    const events = (this.#rest + part).split('\n\n');
    this.#rest = events.pop() ?? '';
    for (const event of events) this.#take(event.slice('data: '.length), atUs);
  }

  /** The reply, once the stream has ended. Throws `ChatFailure` if it ended too early. */
  reply(worker: string): ChatReply {
    const usage = this.#usage;
    if (!this.#isDone || this.#firstUs < 0 || usage === undefined || usage === null) {
      throw new ChatFailure(`the stream ended early: ${this.#rest.slice(0, 500)}`);
    }
    return {
      ttftUs: this.#firstUs - this.#sentUs,
      gapsUs: this.#gapsUs,
      e2eUs: this.#lastUs - this.#sentUs,
      text: this.#text,
      promptTokens: usage.prompt_tokens,
      cachedTokens: usage.prompt_tokens_details.cached_tokens,
      completionTokens: usage.completion_tokens,
      worker,
    };
  }

  #take(data: string, atUs: number): void {
    if (data === '[DONE]') {
      this.#isDone = true;
      return;
    }
    const chunk: Chunk = JSON.parse(data);
    this.#usage = chunk.usage ?? this.#usage;
    const text = chunk.choices?.[0]?.delta?.content ?? '';
    if (text === '') return;
    this.#text += text;
    if (this.#firstUs < 0) this.#firstUs = atUs;
    else this.#gapsUs.push(atUs - this.#lastUs);
    this.#lastUs = atUs;
  }
}

function nowUs(): number {
  return Math.round(performance.now() * 1000);
}
