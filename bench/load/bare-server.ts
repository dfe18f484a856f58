/**
 * The yardstick: the least that uWebSockets.js can do and still be an HTTP server that reads the
 * same requests and sends the same bytes at the same times. No validation, no routing, no worker,
 * no metrics. Its parent sends the script as the first message and gets the port back.
 */
import uWS, { type HttpResponse } from 'uWebSockets.js';
import type { CapturedAnswer, CapturedStream, Headers } from './captured-answer.ts';

export interface BareScript {
  readonly path: string;
  /** What to say to a request for a whole answer; they get none where it is missing. */
  readonly answer?: CapturedAnswer;
  /** The same for a stream. */
  readonly stream?: StreamScript;
}

export interface StreamScript extends CapturedStream {
  /** Number of tokens, which are all events but the first one and the last ones. */
  readonly tokens: number;
  readonly ttftMs: number;
  readonly itlMs: number;
}

interface OpenStream {
  readonly res: HttpResponse;
  readonly write: () => void;
  /** Bursts that were written. */
  written: number;
  /** When the next burst is due. */
  dueMs: number;
  isOver: boolean;
}

process.once('message', (script: BareScript) => serve(script));
process.once('disconnect', () => process.exit());

function serve(script: BareScript): void {
  const { answer } = script;
  const streams = script.stream === undefined ? undefined : new StreamLoop(script.stream);
  const app = uWS.App();
  app.post(script.path, (res) => {
    const arrivedMs = performance.now();
    let isGone = false;
    res.onAborted(() => {
      isGone = true;
    });
    let text = '';
    res.onData((chunk, isLast) => {
      text += Buffer.from(chunk).toString('utf8');
      if (!isLast || isGone) return;
      const request: { stream?: boolean } = JSON.parse(text);
      if (request.stream === true && streams !== undefined) streams.open(res, arrivedMs);
      else if (answer !== undefined) {
        res.cork(() => {
          writeHead(res, answer.headers);
          res.end(answer.body);
        });
      }
    });
  });
  app.get(script.path, (res) => {
    if (answer === undefined) return;
    res.cork(() => {
      writeHead(res, answer.headers);
      res.end(answer.body);
    });
  });
  app.listen('127.0.0.1', 0, (socket) => {
    if (socket === false) throw new Error('cannot listen');
    process.send?.({ port: uWS.us_socket_local_port(socket) });
  });
}

function writeHead(res: HttpResponse, headers: Headers): void {
  res.writeStatus('200 OK');
  for (const [name, value] of headers) res.writeHeader(name, value);
}

/** One timer for all streams: writes whatever is due. */
class StreamLoop {
  readonly #script: StreamScript;
  /**
   * Events that are due together: the one that opens the answer comes with the first token, those
   * that close it come with the last.
   */
  readonly #bursts: readonly (readonly string[])[];
  readonly #open: OpenStream[] = [];
  #timer: NodeJS.Timeout | undefined;
  #nowMs = 0;

  constructor(script: StreamScript) {
    const { events, tokens } = script;
    this.#script = script;
    this.#bursts = Array.from({ length: tokens }, (_, token) =>
      events.slice(token === 0 ? 0 : token + 1, token === tokens - 1 ? events.length : token + 2),
    );
  }

  open(res: HttpResponse, arrivedMs: number): void {
    const stream: OpenStream = {
      res,
      write: () => this.#write(stream),
      written: 0,
      dueMs: arrivedMs + this.#script.ttftMs,
      isOver: false,
    };
    res.onAborted(() => {
      stream.isOver = true;
    });
    res.onWritable(() => true);
    this.#open.push(stream);
    this.#timer ??= setInterval(this.#tick, 1);
  }

  readonly #tick = (): void => {
    this.#nowMs = performance.now();
    const open = this.#open;
    for (let i = 0; i < open.length; ) {
      const stream = open[i]!;
      if (!stream.isOver && stream.dueMs <= this.#nowMs) stream.res.cork(stream.write);
      if (stream.isOver) {
        open[i] = open[open.length - 1]!;
        open.pop();
      } else i++;
    }
    if (open.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };

  #write(stream: OpenStream): void {
    const { res } = stream;
    if (stream.written === 0) writeHead(res, this.#script.headers);
    while (stream.written < this.#bursts.length && stream.dueMs <= this.#nowMs) {
      for (const event of this.#bursts[stream.written]!) res.write(event);
      stream.written++;
      stream.dueMs += this.#script.itlMs;
    }
    if (stream.written < this.#bursts.length) return;
    stream.isOver = true;
    res.end();
  }
}
