/** Told what a connection brings. */
export interface ChunkListener {
  /** The head of an answer that is not `200` and chunked; nothing after it is read. */
  refused(head: string): void;
  /** Some bytes of the current chunk's content. Valid only during the call. */
  content(bytes: Buffer, from: number, to: number): void;
  /** The content of a chunk is complete. */
  chunkEnded(): void;
  answerEnded(): void;
}

const HEAD = 0;
const SIZE = 1;
const SIZE_LINE_FEED = 2;
const CONTENT = 3;
const CONTENT_END = 4;
const LAST_LINE_END = 5;
const REFUSED = 6;

const CR = 13;
const LF = 10;
const HEAD_BYTES_MAX = 16_384;

/**
 * Reads chunked HTTP answers, one after the other, from the segments of one connection. It skips
 * from chunk to chunk by their sizes, so that a stream of small events costs a load generator
 * little, and takes a chunk as complete with its last byte, not with the line end behind it, which
 * uWebSockets.js sends only with the next chunk.
 */
export class ChunkReader {
  readonly #listener: ChunkListener;
  #state = HEAD;
  #head = '';
  #size = 0;
  #left = 0;

  constructor(listener: ChunkListener) {
    this.#listener = listener;
  }

  /** Takes the first `length` bytes. */
  read(bytes: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      switch (this.#state) {
        case HEAD:
          at = this.#readHead(bytes, at, length);
          break;
        case CONTENT:
          at = this.#readContent(bytes, at, length);
          break;
        case REFUSED:
          return;
        default:
          this.#readFraming(bytes[at]!);
          at++;
      }
    }
  }

  #readHead(bytes: Buffer, from: number, to: number): number {
    const known = this.#head.length;
    this.#head += bytes.toString('latin1', from, to);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#head.length > HEAD_BYTES_MAX) this.#refuse();
      return to;
    }
    const isStream =
      this.#head.startsWith('HTTP/1.1 200 ') && /^transfer-encoding: chunked\r$/im.test(this.#head);
    if (!isStream) {
      this.#refuse();
      return to;
    }
    this.#head = '';
    this.#state = SIZE;
    return from + end + 4 - known;
  }

  #refuse(): void {
    this.#state = REFUSED;
    this.#listener.refused(this.#head);
  }

  #readContent(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + this.#left);
    this.#listener.content(bytes, from, end);
    this.#left -= end - from;
    if (this.#left === 0) {
      this.#state = CONTENT_END;
      this.#listener.chunkEnded();
    }
    return end;
  }

  #readFraming(byte: number): void {
    switch (this.#state) {
      case SIZE:
        if (byte === CR) this.#state = SIZE_LINE_FEED;
        else this.#size = this.#size * 16 + hexDigit(byte);
        break;
      case SIZE_LINE_FEED:
        this.#left = this.#size;
        this.#state = this.#size === 0 ? LAST_LINE_END : CONTENT;
        this.#size = 0;
        break;
      case CONTENT_END:
        if (byte === LF) this.#state = SIZE;
        break;
      default:
        // The line end behind the last chunk.
        if (byte === LF) {
          this.#state = HEAD;
          this.#listener.answerEnded();
        }
    }
  }
}

function hexDigit(byte: number): number {
  const value = byte <= 57 ? byte - 48 : (byte | 32) - 87;
  if (value < 0 || value > 15)
    throw new Error(`byte ${byte} is no hexadecimal digit of a chunk size`);
  return value;
}
