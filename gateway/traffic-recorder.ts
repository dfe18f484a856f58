import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { ClusterRequest } from '../engine/cluster/request.ts';
import { formatRecord, formatRecordedHeader } from '../shared/recorded-trace.ts';

/** Lines are handed on together once they are this long, in UTF-16 code units. */
const BATCH_LENGTH = 1 << 16;
/** Lines wait no longer than this to be handed on. */
const BATCH_MS = 1000;
/** What the file has not taken, in bytes, before further requests are left out. */
const BACKLOG_MAX = 1 << 26;

export interface RecorderOptions {
  /** Tokens per KV block of the requests' hashes. */
  readonly blockSize: number;
  readonly compress: boolean;
  /** Told once if the file fails; everything from then on is left out. */
  readonly onFailure: (reason: string) => void;
}

/**
 * Writes down the requests that reach the cluster, in fakeai's own trace format: when they arrived,
 * how long they are, which blocks they consist of and which session they belong to, but no text.
 * One line is one sequence, so a request for several answers is several lines. A request is written
 * when its answer is over, with the length that the answer had, or would have had if the client had
 * stayed for it.
 *
 * The server never waits for the file: a request that finds too much of a backlog is left out and
 * counted.
 */
export class TrafficRecorder {
  readonly #file: Writable;
  readonly #compressor: Gzip | undefined;
  /** The file, or the compressor before it. */
  readonly #sink: Writable;
  readonly #options: RecorderOptions;
  readonly #timer: NodeJS.Timeout;
  #batch: string[] = [];
  #batchLength = 0;
  /** Requests in the batch. */
  #batchRequests = 0;
  #hasUnsynced = false;
  /** The first arrival; times count from it. */
  #startUs = -1;
  /** Requests that the file or its compressor was given, and those that it has taken. */
  #handedOn = 0;
  #recorded = 0;
  #leftOut = 0;
  #failed = false;

  constructor(file: Writable, options: RecorderOptions) {
    this.#file = file;
    this.#compressor = options.compress ? compressorOf(file) : undefined;
    this.#sink = this.#compressor ?? file;
    this.#options = options;
    file.on('error', (error) => this.#fail(error));
    this.#push(formatRecordedHeader({ blockSize: options.blockSize }));
    this.#timer = setInterval(() => this.sync(), BATCH_MS).unref();
  }

  /**
   * Requests that were written down, and those that were left out or lost with the file. What a
   * compressor has taken counts as written.
   */
  get counts(): { readonly recorded: number; readonly leftOut: number } {
    const lost = this.#failed ? this.#handedOn - this.#recorded : 0;
    return { recorded: this.#recorded, leftOut: this.#leftOut + lost };
  }

  /** A request has come. The times of all count from the first. */
  arrived(arrivedUs: number): void {
    if (this.#startUs < 0) this.#startUs = arrivedUs;
  }

  add(request: ClusterRequest): void {
    if (this.#failed || this.#sink.writableLength > BACKLOG_MAX) {
      this.#leftOut++;
      return;
    }
    this.arrived(request.arrivedUs);
    const { promptTokens, outputTokens, hashes, sessionKey: session } = request;
    this.#batchRequests++;
    this.#push(
      formatRecord({
        // A request is stamped with its first byte but placed after its last one, so that the first
        // one placed need not be the first that came.
        arrivalUs: Math.max(0, request.arrivedUs - this.#startUs),
        promptTokens,
        outputTokens,
        hashes,
        ...(session === undefined ? {} : { session }),
      }),
    );
  }

  /**
   * Hands on what there is, so that no more than what comes after it is lost with the process. Done
   * once a second. What the compressor holds back follows; without anything new it writes nothing.
   */
  sync(): void {
    this.#flush();
    if (!this.#hasUnsynced || this.#failed) return;
    this.#hasUnsynced = false;
    this.#compressor?.flush(constants.Z_SYNC_FLUSH);
  }

  /** Hands on what is left and ends the file. Resolves when it has all, or has failed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    if (this.#failed) return;
    const ended = finished(this.#file).catch(() => {});
    this.#sink.end();
    await ended;
  }

  #push(line: string): void {
    this.#batch.push(line);
    this.#batchLength += line.length;
    if (this.#batchLength >= BATCH_LENGTH) this.#flush();
  }

  #flush(): void {
    if (this.#batchLength === 0) return;
    const requests = this.#batchRequests;
    if (this.#failed) this.#leftOut += requests;
    else {
      this.#hasUnsynced = true;
      this.#handedOn += requests;
      this.#sink.write(this.#batch.join(''), (error) => {
        if (!error && !this.#failed) this.#recorded += requests;
      });
    }
    this.#batch = [];
    this.#batchLength = 0;
    this.#batchRequests = 0;
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#compressor?.destroy();
    this.#options.onFailure(error.message);
  }
}

function compressorOf(file: Writable): Gzip {
  const compressor = createGzip();
  compressor.pipe(file);
  return compressor;
}
