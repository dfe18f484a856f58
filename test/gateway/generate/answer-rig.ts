import { ChatChunks } from '../../../gateway/api/openai/chat-chunks.ts';
import { ChatResponse } from '../../../gateway/api/openai/chat-response.ts';
import type { Answer, AnswerHost } from '../../../gateway/generate/answer.ts';
import type { StreamEncoder } from '../../../gateway/generate/answer-encoder.ts';
import type { PromptHashes } from '../../../gateway/generate/answer-hashes.ts';
import { AnswerPlan, choiceSeed } from '../../../gateway/generate/answer-plan.ts';
import type { AnswerStart } from '../../../gateway/generate/answer-start.ts';
import type { PendingAnswer } from '../../../gateway/generate/burst-writer.ts';
import type { Finish } from '../../../gateway/generate/finish.ts';
import { StreamedAnswer } from '../../../gateway/generate/streamed-answer.ts';
import { UnaryAnswer } from '../../../gateway/generate/unary-answer.ts';
import type { ExchangeListener } from '../../../gateway/http/exchange.ts';
import { StopSequences } from '../../../gateway/text/stop-matcher.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import type { ApiError } from '../../../shared/errors.ts';
import { type RequestId, requestId } from '../../../shared/ids.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';

/** An exchange that counts what it is given. */
export class FakeExchange {
  readonly arrivedUs = 0;
  isOpen = true;
  isBlocked = false;
  readonly isFull = false;
  hasBegun = false;
  writes = 0;
  /** What was written, in order. */
  readonly parts: string[] = [];
  sentStatus: number | undefined;
  sentCode: string | null | undefined;
  headers: unknown;
  end: string | undefined;
  #listener: ExchangeListener | undefined;

  attend(listener: ExchangeListener): void {
    this.#listener = listener;
  }

  room(): void {
    this.#listener?.room();
  }

  leave(): void {
    this.#close('client-left');
    this.#listener?.gone();
  }

  cork(write: () => void): void {
    if (this.isOpen) write();
  }

  beginStream(headers: unknown): void {
    this.beginBody('text/event-stream', headers);
  }

  beginBody(_contentType: string, headers: unknown): void {
    this.hasBegun = true;
    this.headers = headers;
  }

  writeEvent(event: string): void {
    this.write(event);
  }

  write(part: string): void {
    this.parts.push(part);
    this.writes++;
  }

  sendJson(status: number, body: string, headers: unknown): void {
    this.sentStatus = status;
    this.headers = headers;
    this.write(body);
    this.#close('answered');
  }

  sendError({ status, code }: ApiError): void {
    this.sentStatus = status;
    this.sentCode = code;
    this.#close('answered');
  }

  endStream(): void {
    this.#close('answered');
  }

  breakOff(): void {
    this.#close('broken-off');
  }

  dropClient(): void {
    this.#close('client-stalled');
  }

  #close(end: string): void {
    this.isOpen = false;
    this.end = end;
  }
}

export interface RigOptions {
  /** So many choices have a sequence, numbered from 1. */
  readonly placed?: number;
  /** Of the prompt. */
  readonly blocks?: number;
  readonly hashes?: PromptHashes;
  readonly stream?: StreamEncoder;
}

const HEAD = { id: 'chatcmpl-1', createdS: 0, modelJson: '"m"', fingerprint: 'fp_1' };

/** An answer between a cluster that only notes what it is told and a client of paper. */
export class AnswerRig {
  readonly answer: Answer;
  readonly exchange = new FakeExchange();
  /** What the cluster was told, as `cancel 1`. */
  readonly commands: string[] = [];
  readonly finishes: Finish[] = [];
  readonly defects: unknown[] = [];
  /** What else waits for its turn. */
  readonly others: PendingAnswer[] = [];
  /** The answer waits for its turn to write. */
  isAdded = false;

  constructor(fields: Record<string, unknown>, options: RigOptions = {}) {
    const { placed = 128, blocks = 1, hashes, stream = new ChatChunks(HEAD, 'none') } = options;
    const request = chatRequest(fields);
    const lengths = { tokens: 100, variancePercent: 0 };
    const plans = Array.from({ length: request.choices }, (_, choice) => {
      return AnswerPlan.ofCorpus(request, modelOf('m'), lengths, choiceSeed(3, choice), 1_000_000);
    });
    const tell = (what: string) => (id: RequestId) => this.commands.push(`${what} ${id}`);
    const start = {
      exchange: this.exchange,
      prompts: [
        {
          tokens: 1,
          cachedTokens: 0,
          blocks,
          hashes,
          wholeHashes: new Uint32Array(0),
          plans,
          hasStarted: false,
        },
      ],
      promptParam: 'messages',
      stop: request.stop.length === 0 ? undefined : new StopSequences(request.stop, 0),
      usage: {
        promptTokens: 1,
        cachedTokens: 0,
        promptAudioTokens: 0,
        completionTokens: 0,
        reasoningTokens: 0,
      },
      modelLabel: 0,
      outputLimit: 0,
      choicesPerPrompt: request.choices,
      window: 1,
    };
    const host = {
      cluster: {
        cancel: tell('cancel'),
        breakOff: tell('breakOff'),
        stop: tell('stop'),
        extend: tell('extend'),
      },
      nowUs: () => 1,
      batchUs: 1,
      maxWaiting: 1,
      scratch: new TokenBuffer(),
      firstToken: () => {},
      nextTokens: () => {},
      writeLater: (pending: PendingAnswer) => {
        if (pending === this.answer) this.isAdded = true;
        else this.others.push(pending);
      },
      writeWhole: () => {
        this.isAdded = true;
      },
      answerEnded: (_answer: Answer, finish: Finish) => this.finishes.push(finish),
      defect: (error: unknown) => this.defects.push(error),
    };
    this.answer = request.stream
      ? new StreamedAnswer(start as unknown as AnswerStart, host as unknown as AnswerHost, stream)
      : new UnaryAnswer(
          start as unknown as AnswerStart,
          host as unknown as AnswerHost,
          new ChatResponse(HEAD),
        );
    for (const choice of this.answer.choices.slice(0, placed)) {
      choice.placed(requestId(choice.index + 1), undefined);
    }
  }

  /** `count` tokens of a choice come out. */
  out(choice: number, count: number): void {
    this.answer.choices[choice]?.tokens(requestId(choice + 1), count);
  }

  /** All tokens of all choices come out at once. */
  allOut(): void {
    for (const { index, plan } of this.answer.choices) this.out(index, plan.tokens);
  }

  /** The answer has its turn, if it has asked for one. Returns what it says that it wrote. */
  flush(events: number): number {
    if (!this.isAdded) return 0;
    this.isAdded = false;
    try {
      return this.answer.flush(events);
    } catch (error) {
      this.answer.broke(error);
      return 0;
    }
  }

  /** From now on the code that begins a body throws. */
  breakWrites(): void {
    const fail = () => {
      throw new Error('a defect');
    };
    this.exchange.beginStream = fail;
    this.exchange.sendJson = fail;
  }
}
