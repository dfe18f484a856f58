import type { HttpResponse } from 'uWebSockets.js';
import {
  type ApiError,
  apiError,
  type HeaderList,
  type HttpStatus,
  STATUS_LINES,
} from '../../shared/errors.ts';
import type { RandomIds } from '../random-ids.ts';
import { type BodyHandler, BodyReader } from './body-reader.ts';
import type { Charge } from './charge.ts';
import type { CorsPolicy } from './cors.ts';
import type { Intake } from './intake.ts';
import type { ReadingTurns } from './reading-turns.ts';
import type { RequestHead } from './request-head.ts';

/** What exchanges share: the limits and the books of the server that they belong to. */
export interface ExchangeHost {
  readonly cors: CorsPolicy;
  readonly intake: Intake;
  readonly readingTurns: ReadingTurns;
  /** Of requests. */
  readonly ids: RandomIds;
  /** True while the server ends: a connection is closed with its answer. */
  readonly draining: boolean;
  /** Called once for each exchange, when its last byte is handed over or the client has left. */
  ended(exchange: Exchange): void;
  /** The server's own code threw while it handled a request, which alone has failed. */
  defect(error: unknown, exchange: Exchange): void;
}

/** What a route says of its exchanges. */
export interface ExchangeRoute {
  /** Index of the route's label in the metrics. */
  readonly endpoint: number;
  /** The JSON body of an error, in the shape that the clients of the route read. */
  readonly errorBody: (error: ApiError, requestId: string) => string;
  /** The status of an error, where that is not its own. */
  readonly errorStatus?: ((error: ApiError) => HttpStatus) | undefined;
  /** What its clients call the header with the id of the request, besides `x-request-id`. */
  readonly requestIdHeader?: string | undefined;
}

/** Who makes an answer over more than one turn of the event loop. */
export interface ExchangeListener {
  /** The client has left before its answer was complete. */
  gone(): void;
  /** A connection that had to wait takes bytes again. Inside a cork. */
  room(): void;
}

/** How an exchange ended. */
export type ExchangeEnd = 'answered' | 'client-left' | 'client-stalled' | 'broken-off';

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
const JSON_TYPE = 'application/json';
const CLOSE: HeaderList = [['connection', 'close']];
/** More than the library's cork holds. */
const CORK_BYTES = 17_000;
/**
 * Room in the library's cork: it loses a part that its cork has no room for if the connection does
 * not take what is in there at that moment, so a burst must end before.
 */
const BURST_BYTES = 16_384;
/** The longest part of a body. */
const PART_BYTES_MAX = 4096;
/** What HTTP adds to a part at most: its length, and two line ends. */
const CHUNK_BYTES = 12;
/**
 * Status line of an answer, the type of its body, what the library adds to its headers, and the end
 * of its body.
 */
const FRAME_BYTES = 256;
/** Bytes of a character in UTF-8, at most. */
const CHARACTER_BYTES = 3;

/**
 * One request and its answer. It owns the response object of uWebSockets.js and keeps its rules: no
 * use of it once the client has left, one cork around each burst of writes, status and headers
 * first and once, and no further bytes for a connection that does not take those it was given.
 */
export class Exchange {
  readonly arrivedUs: number;
  readonly requestId: string;
  /** What it takes of the limits of its key, where there are any. */
  charge: Charge | undefined;
  /** Is told of each error that the client is sent instead of an answer. */
  onError: ((error: ApiError) => void) | undefined;
  readonly #route: ExchangeRoute;
  readonly #host: ExchangeHost;
  readonly #res: HttpResponse;
  #origin: string;
  /** python-requests hands a line on only when the chunk after it has begun. */
  readonly #splitsEvents: boolean;
  /** Announced length of the body; see `announcedLength`. */
  readonly #bodyBytes: number;
  #body: BodyReader | undefined;
  /** All is written, and the end waits until the connection has taken it. */
  #endsWhenTaken = false;
  #end: ExchangeEnd | undefined;
  #status: HttpStatus = 200;
  #headSent = false;
  #omitsBody = false;
  #blocked = false;
  /** Bytes that were written in the burst at hand, those of the head by a bound. */
  #corkedBytes = 0;
  #partBytesMax = PART_BYTES_MAX;
  #listener: ExchangeListener | undefined;

  constructor(
    res: HttpResponse,
    head: RequestHead,
    route: ExchangeRoute,
    bodyBytes: number,
    arrivedUs: number,
    host: ExchangeHost,
  ) {
    this.#res = res;
    this.#host = host;
    this.#route = route;
    this.#bodyBytes = bodyBytes;
    this.arrivedUs = arrivedUs;
    this.#origin = head.getHeader('origin');
    this.#splitsEvents = head.getHeader('user-agent').startsWith('python-requests');
    const sent = head.getHeader('x-request-id');
    this.requestId = sent !== '' && REQUEST_ID.test(sent) ? sent : host.ids.next('req_');
    res.onAborted(() => this.#aborted());
  }

  /** The other end of the connection: while its handler runs. */
  get peerAddress(): string {
    return Buffer.from(this.#res.getRemoteAddressAsText()).toString('latin1');
  }

  /** Index of the route's label in the metrics. */
  get endpoint(): number {
    return this.#route.endpoint;
  }

  /** False once the answer is complete or the client has left: there is nobody to write to. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Undefined while it is open. */
  get end(): ExchangeEnd | undefined {
    return this.#end;
  }

  /** Status of the answer, or the one that it would have had. */
  get status(): HttpStatus {
    return this.#status;
  }

  /** True while the connection does not take what it was given: write nothing until `room`. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** The request is a HEAD: its answer has the headers of a GET and no body. */
  omitBody(): void {
    this.#omitsBody = true;
  }

  /** No page of another origin may read the answer. */
  omitCors(): void {
    this.#origin = '';
  }

  /** `listener` is told what becomes of the connection from now on. */
  attend(listener: ExchangeListener): void {
    this.#listener = listener;
  }

  /**
   * Reads the body if the intake has room for it, else answers why not. `read` is not called if it
   * is refused or the client leaves before its end.
   */
  readBody(read: BodyHandler): void {
    if (this.#body === undefined) this.#bodyReader(read).start(this.#res);
    else this.#body.readWith(read);
  }

  /** Receives the body before it is known who reads it, which `readBody` says then. */
  receiveBody(): void {
    this.#bodyReader(undefined).start(this.#res);
  }

  /** For a request that is not let in: answers with the error, and throws its body away. */
  refuse(error: ApiError): void {
    if (this.#body !== undefined) this.#body.refuse(error);
    else if (this.#bodyBytes === 0) this.sendError(error);
    else this.#bodyReader(undefined).discard(this.#res, error);
  }

  #bodyReader(read: BodyHandler | undefined): BodyReader {
    const { intake, readingTurns } = this.#host;
    this.#body = new BodyReader(this, intake, readingTurns, this.#bodyBytes, read);
    return this.#body;
  }

  /** A whole answer. The connection may be closed with it. */
  send(
    status: HttpStatus,
    contentType: string,
    body: string,
    headers?: HeaderList,
    closes = this.#host.draining,
  ): void {
    if (!this.isOpen) return;
    this.#end = 'answered';
    this.#res.cork(() => {
      this.#writeHead(status, contentType, headers);
      if (this.#omitsBody) {
        this.#res.writeHeader('content-length', String(Buffer.byteLength(body)));
        this.#endWithoutBody();
      } else {
        this.#res.end(body, closes);
      }
    });
    this.#hasEnded();
  }

  sendJson(status: HttpStatus, body: string, headers?: HeaderList): void {
    this.send(status, JSON_TYPE, body, headers);
  }

  sendError(error: ApiError): void {
    this.#sendError(error, 0);
  }

  /** For a request after which nothing more may be read from its connection. */
  sendErrorAndClose(error: ApiError): void {
    // What fits the library's cork is written, and the connection closed, only after all that has
    // been received was read: the blanks make it too long for that.
    this.#sendError(error, CORK_BYTES, true);
  }

  #sendError(error: ApiError, lengthMin: number, closes?: boolean): void {
    const { errorBody, errorStatus } = this.#route;
    const body = errorBody(error, this.requestId).padEnd(lengthMin);
    this.onError?.(error);
    this.send(errorStatus?.(error) ?? error.status, JSON_TYPE, body, error.headers, closes);
  }

  /** An answer without a body. */
  sendEmpty(status: HttpStatus, headers: HeaderList): void {
    if (!this.isOpen) return;
    this.#end = 'answered';
    this.#res.cork(() => {
      this.#writeHead(status, undefined, headers);
      this.#endWithoutBody();
    });
    this.#hasEnded();
  }

  /** Runs `write`, in which parts of a body may be written, as one burst on the wire. */
  cork(write: () => void): void {
    this.#corkedBytes = 0;
    if (this.isOpen) this.#res.cork(write);
  }

  /** True when a burst is as long as it may be: write what is left in another one. */
  get isFull(): boolean {
    return this.#corkedBytes + this.#partBytesMax + FRAME_BYTES > BURST_BYTES;
  }

  /**
   * Status and headers of a stream of server-sent events, none of which has more bytes than
   * `eventBytesMax`. Inside a cork, before the first event.
   */
  beginStream(headers: HeaderList, eventBytesMax = PART_BYTES_MAX): void {
    this.#partBytesMax = eventBytesMax;
    this.beginBody('text/event-stream', headers);
  }

  /** Status and headers of a body that is sent in parts. Inside a cork, before the first part. */
  beginBody(contentType: string, headers: HeaderList): void {
    this.#writeHead(200, contentType, this.#host.draining ? [...headers, ...CLOSE] : headers);
    this.#watchRoom();
  }

  get hasBegun(): boolean {
    return this.#headSent;
  }

  /**
   * One event as one HTTP chunk. Inside a cork, and not while blocked or full. `bytes` is its
   * length in UTF-8, where that is known.
   */
  writeEvent(event: string, bytes = Buffer.byteLength(event)): void {
    if (this.#splitsEvents) {
      this.#res.write(event.slice(0, -1));
      this.#corkedBytes += CHUNK_BYTES;
      this.#write('\n', bytes);
    } else {
      this.#write(event, bytes);
    }
  }

  /**
   * A part of a body, of at most 4 KiB, as one HTTP chunk. Inside a cork, and not while blocked or
   * full.
   */
  write(part: string | Uint8Array): void {
    this.#write(part, Buffer.byteLength(part));
  }

  #write(part: string | Uint8Array, bytes: number): void {
    this.#corkedBytes += bytes + CHUNK_BYTES;
    if (!this.#res.write(part)) this.#blocked = true;
  }

  /**
   * The end of a stream. Inside a cork. uWebSockets.js is not told to close the connection: it
   * would write the header that says so into the chunked body.
   */
  endStream(): void {
    this.#end = 'answered';
    if (this.#blocked) {
      this.#endsWhenTaken = true;
      return;
    }
    this.#res.end();
    this.#hasEnded();
  }

  /** Its handler threw: a defect of the server, which costs this request and no other. */
  failed(error: unknown): void {
    this.#host.defect(error, this);
    if (this.#headSent) this.breakOff();
    else this.sendError(apiError('internal_error', {}));
  }

  /** Ends the connection in the middle of the answer. */
  breakOff(): void {
    this.#close('broken-off');
  }

  /** Gives up a client that does not take its answer. */
  dropClient(): void {
    this.#close('client-stalled');
  }

  #close(end: ExchangeEnd): void {
    if (!this.isOpen) return;
    this.#end = end;
    this.#res.close();
    this.#hasEnded();
  }

  #hasEnded(): void {
    this.#body?.ended();
    this.#host.ended(this);
  }

  /** Given a length, or `undefined` for one, uWebSockets.js would wait for that many bytes. */
  #endWithoutBody(): void {
    this.#res.endWithoutBody();
  }

  /**
   * Without this handler uWebSockets.js ends a stream 10 s after the first write that had to wait,
   * even if the client has read all since. With it, only if nothing moves for that long.
   */
  #watchRoom(): void {
    this.#res.onWritable(() => {
      this.#blocked = false;
      this.#res.cork(() => {
        if (this.#endsWhenTaken) this.#endTaken();
        else this.#tell('room');
      });
      return !this.#blocked;
    });
  }

  /** Calls what the library would let the process die of, if it threw. */
  #tell(what: keyof ExchangeListener): void {
    try {
      this.#listener?.[what]();
    } catch (error) {
      this.failed(error);
    }
  }

  #endTaken(): void {
    this.#endsWhenTaken = false;
    this.#res.end();
    this.#hasEnded();
  }

  #aborted(): void {
    if (this.#endsWhenTaken) {
      this.#end = 'client-stalled';
      this.#hasEnded();
      return;
    }
    if (!this.isOpen) return;
    this.#end = this.#blocked ? 'client-stalled' : 'client-left';
    this.#hasEnded();
    this.#tell('gone');
  }

  #writeHead(status: HttpStatus, contentType: string | undefined, headers?: HeaderList): void {
    this.#status = status;
    this.#headSent = true;
    this.#corkedBytes += FRAME_BYTES;
    // The library writes that of 200 by itself.
    if (status !== 200) this.#res.writeStatus(STATUS_LINES[status]);
    // A line break in a value starts the next header: all of them cost one call into native code.
    const { requestIdHeader } = this.#route;
    let lines = this.requestId;
    if (requestIdHeader !== undefined) lines += `\r\n${requestIdHeader}: ${this.requestId}`;
    if (headers !== undefined) lines += linesOf(headers);
    if (this.charge !== undefined) lines += this.charge.headerLines;
    if (this.#origin !== '') lines += linesOf(this.#host.cors.headersFor(this.#origin));
    this.#corkedBytes += lines.length * CHARACTER_BYTES;
    if (contentType === undefined) this.#res.writeHeader('x-request-id', lines);
    else this.#res.writeHeader('content-type', `${contentType}\r\nx-request-id: ${lines}`);
  }
}

/** Each header on a line of its own, after one that stands there. */
function linesOf(headers: HeaderList): string {
  let lines = '';
  for (const [name, value] of headers) lines += `\r\n${name}: ${value}`;
  return lines;
}
