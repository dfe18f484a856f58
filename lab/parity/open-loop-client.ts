import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { timeUs } from '../../shared/units.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';
import { ChatFailure, type ChatReply, type Message, streamChat } from './chat-stream.ts';
import { promptWords } from './prompt-words.ts';

/** Idle connections end before the server, which waits ten seconds, ends them. */
const IDLE_MS = 5000;

/**
 * Border tokens of the chat template: before the text of a first message, and after that of a last.
 */
const BORDER_BEFORE = 3;
const BORDER_AFTER = 4;
/** From the end of an answer to the text of the next message. */
const BORDER_BETWEEN = 4;

export interface LiveRun {
  readonly replies: readonly ChatReply[];
  /** Why requests had no whole answer. */
  readonly failures: readonly string[];
  /** How late each request was sent, in microseconds: what a busy machine does to the schedule. */
  readonly latenessUs: readonly number[];
  /** From the first request to the last token. */
  readonly seconds: number;
}

/** What was said in a session so far, and how many tokens the server made of it. */
interface Dialogue {
  readonly messages: readonly Message[];
  readonly tokens: number;
}

/**
 * Sends the requests of a trace to a server on their schedule, whatever the answers do: none waits
 * for another, and none is left out. Only a turn that the trace lets wait for the answer before it
 * does, and it carries that answer. A session ends with a turn that fails.
 */
export class OpenLoopClient {
  readonly #url: URL;
  readonly #model: string;
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #replies: ChatReply[] = [];
  readonly #failures: string[] = [];
  readonly #latenessUs: number[] = [];
  #startMs = 0;

  /** `baseUrl` ends in `/v1`. */
  constructor(baseUrl: string, model: string) {
    this.#url = new URL(`${baseUrl}/chat/completions`);
    this.#model = model;
  }

  /** Runs the whole trace until the last answer has ended. Once. */
  async run(source: TraceSource): Promise<LiveRun> {
    const sessions: Promise<void>[] = [];
    this.#startMs = performance.now();
    for (;;) {
      const request = new TraceRequest();
      if (!source.next(request)) break;
      await this.#until(request.arrivalUs);
      sessions.push(this.#converse(source, request));
    }
    await Promise.all(sessions);
    const seconds = (performance.now() - this.#startMs) / 1000;
    this.#agent.destroy();
    return {
      replies: this.#replies,
      failures: this.#failures,
      latenessUs: this.#latenessUs,
      seconds,
    };
  }

  /** Sends a request, and then all turns that wait for it. */
  async #converse(source: TraceSource, request: TraceRequest): Promise<void> {
    let dialogue: Dialogue | undefined = { messages: [], tokens: 0 };
    for (;;) {
      dialogue = await this.#send(request, dialogue);
      if (dialogue === undefined || request.turnsAfter === 0) return;
      const endedUs = timeUs(Math.round((performance.now() - this.#startMs) * 1000));
      if (!source.followUp(request.session, request.turn, endedUs, request)) return;
      await this.#until(request.arrivalUs);
    }
  }

  async #send(request: TraceRequest, before: Dialogue): Promise<Dialogue | undefined> {
    const { content, promptTokens, outputTokens, session } = request;
    const from = before.tokens === 0 ? BORDER_BEFORE : before.tokens + BORDER_BETWEEN;
    // A message that the borders leave no room for is one word, and the prompt that much longer.
    const to = Math.max(from + 1, promptTokens - BORDER_AFTER);
    const message: Message = { role: 'user', content: promptWords(content, from, to) };
    const messages = [...before.messages, message];
    try {
      const reply = await streamChat({
        url: this.#url,
        agent: this.#agent,
        model: this.#model,
        session: `session-${session}`,
        messages,
        outputTokens,
      });
      this.#replies.push(reply);
      return {
        messages: [...messages, { role: 'assistant', content: reply.text }],
        tokens: reply.promptTokens + reply.completionTokens,
      };
    } catch (error) {
      if (!(error instanceof ChatFailure)) throw error;
      this.#failures.push(error.message);
      return undefined;
    }
  }

  async #until(arrivalUs: number): Promise<void> {
    const dueMs = this.#startMs + arrivalUs / 1000;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    this.#latenessUs.push(Math.max(0, Math.round((performance.now() - dueMs) * 1000)));
  }
}
