import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChunkListener, ChunkReader } from './chunk-reader.ts';
import { percentile } from './statistics.ts';

/** Many streams at once, each connection asking again as soon as its stream has ended. */
export interface StreamPlan {
  readonly port: number;
  /** Path and JSON body of the request. */
  readonly path: string;
  readonly body: string;
  /** Connections. */
  readonly streams: number;
  /** What every answer holds; anything else is an error. */
  readonly tokens: number;
  readonly chunks: number;
  /** When tokens are due: the first after `ttftMs`, the others `itlMs` apart. */
  readonly ttftMs: number;
  readonly itlMs: number;
  /** The first requests are spread over this time, so that streams do not run in step. */
  readonly rampMs: number;
}

/** What came in during one measurement. */
export interface StreamFigures {
  readonly seconds: number;
  readonly tokens: number;
  readonly answers: number;
  readonly bytes: number;
  /**
   * How long after their due time the tokens of a sample of the streams arrived, in milliseconds.
   * The due time counts from the sending of the request, so this is all that a client sees.
   */
  readonly errorMsP50: number;
  readonly errorMsP99: number;
}

/** Streams whose tokens are timed, at most. */
const SAMPLED_STREAMS = 50;
const TIMED_TOKENS_MAX = 1_000_000;
const READ_BYTES = 65_536;
const CONNECTS_AT_ONCE = 100;
const FINISH_TIMEOUT_MS = 15_000;

/** A load generator of one process that costs little: raw sockets, no JSON, no HTTP library. */
export class StreamLoad {
  readonly plan: StreamPlan;
  readonly request: Buffer;
  readonly #connections: StreamConnection[] = [];
  readonly #errorsMs: number[] = [];
  #failure: Error | undefined;
  /** When the segment at hand was read. */
  nowMs = 0;
  /** False: streams that end are the last of their connection. */
  isRunning = true;
  bytes = 0;
  tokens = 0;
  answers = 0;

  private constructor(plan: StreamPlan) {
    this.plan = plan;
    this.request = Buffer.from(
      `POST ${plan.path} HTTP/1.1\r\nhost: 127.0.0.1:${plan.port}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(plan.body)}\r\n\r\n` +
        plan.body,
    );
  }

  /** Connects, then sends the first requests; resolves when all streams are running. */
  static async start(plan: StreamPlan): Promise<StreamLoad> {
    const load = new StreamLoad(plan);
    // One buffer for all: what a socket has read is used up before the next one reads.
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const sampleStep = Math.max(1, Math.floor(plan.streams / SAMPLED_STREAMS));
    try {
      while (load.#connections.length < plan.streams) {
        const batch = Array.from(
          { length: Math.min(CONNECTS_AT_ONCE, plan.streams - load.#connections.length) },
          (_, i) => new StreamConnection(load, buffer, i % sampleStep === 0),
        );
        load.#connections.push(...batch);
        await Promise.all(batch.map((connection) => connection.connected));
      }
      await load.#ramp();
    } catch (error) {
      load.destroy();
      throw error;
    }
    return load;
  }

  /** Measures for `seconds`. Rejects when a stream was refused, cut off or of the wrong length. */
  async measure(seconds: number): Promise<StreamFigures> {
    const { tokens, answers, bytes } = this;
    this.#errorsMs.length = 0;
    const startMs = performance.now();
    await delay(seconds * 1000);
    this.#check();
    return {
      seconds: (performance.now() - startMs) / 1000,
      tokens: this.tokens - tokens,
      answers: this.answers - answers,
      bytes: this.bytes - bytes,
      errorMsP50: percentile(this.#errorsMs, 0.5),
      errorMsP99: percentile(this.#errorsMs, 0.99),
    };
  }

  /** Lets the streams that are running end, and closes the connections. */
  async finish(): Promise<void> {
    this.isRunning = false;
    const deadlineMs = performance.now() + FINISH_TIMEOUT_MS;
    while (this.#failure === undefined && this.#connections.some((c) => c.isStreaming)) {
      if (performance.now() > deadlineMs) this.fail('streams did not end in 15 s');
      await delay(10);
    }
    this.destroy();
    this.#check();
  }

  /** Leaves in the middle of the streams. */
  destroy(): void {
    this.isRunning = false;
    for (const connection of this.#connections) connection.destroy();
  }

  fail(reason: string): void {
    this.#failure ??= new Error(`a stream failed: ${reason}`);
  }

  tokenTimed(errorMs: number): void {
    if (this.#errorsMs.length < TIMED_TOKENS_MAX) this.#errorsMs.push(errorMs);
  }

  #check(): void {
    if (this.#failure === undefined) return;
    this.destroy();
    throw this.#failure;
  }

  async #ramp(): Promise<void> {
    const startMs = performance.now();
    let sent = 0;
    while (sent < this.plan.streams) {
      const share = this.plan.rampMs === 0 ? 1 : (performance.now() - startMs) / this.plan.rampMs;
      const due = Math.min(this.plan.streams, Math.ceil(share * this.plan.streams));
      for (; sent < due; sent++) this.#connections[sent]!.send();
      await delay(1);
    }
    this.#check();
  }
}

/** One connection, and the stream that it brings. */
class StreamConnection implements ChunkListener {
  readonly connected: Promise<void>;
  readonly #load: StreamLoad;
  readonly #socket: Socket;
  readonly #isSampled: boolean;
  isStreaming = false;
  #sentMs = 0;
  #chunks = 0;

  constructor(load: StreamLoad, buffer: Buffer, isSampled: boolean) {
    this.#load = load;
    this.#isSampled = isSampled;
    const reader = new ChunkReader(this);
    const onread = {
      buffer,
      callback: (length: number): boolean => {
        load.nowMs = performance.now();
        load.bytes += length;
        reader.read(buffer, length);
        return true;
      },
    };
    this.#socket = connect({ host: '127.0.0.1', port: load.plan.port, noDelay: true, onread });
    this.connected = new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
    this.#socket.on('error', (error) => load.fail(error.message));
    this.#socket.on('close', () => {
      if (this.isStreaming) load.fail('the server closed the connection');
    });
  }

  send(): void {
    this.isStreaming = true;
    this.#chunks = 0;
    this.#socket.write(this.#load.request);
    this.#sentMs = performance.now();
  }

  destroy(): void {
    this.isStreaming = false;
    this.#socket.destroy();
  }

  refused(head: string): void {
    this.#load.fail(`answered ${head}`);
  }

  content(): void {}

  /** The first chunk opens the answer, the next ones are its tokens, and the rest close it. */
  chunkEnded(): void {
    const load = this.#load;
    const token = this.#chunks++ - 1;
    if (token < 0 || token >= load.plan.tokens) return;
    load.tokens++;
    if (!this.#isSampled) return;
    const dueMs = this.#sentMs + load.plan.ttftMs + token * load.plan.itlMs;
    load.tokenTimed(load.nowMs - dueMs);
  }

  answerEnded(): void {
    const load = this.#load;
    this.isStreaming = false;
    if (this.#chunks !== load.plan.chunks) {
      load.fail(`${this.#chunks} chunks instead of ${load.plan.chunks}`);
    }
    load.answers++;
    if (load.isRunning) this.send();
  }
}
