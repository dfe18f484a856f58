/** Hands bytes to a file, a pipe or a terminal. `done` hears how many it took, or why not. */
export type WriteBytes = (
  bytes: Uint8Array,
  done: (error: NodeJS.ErrnoException | null | undefined, taken: number) => void,
) => void;

/** Lines that are not written yet, in UTF-16 code units, before further ones are dropped. */
const BACKLOG_MAX = 1 << 20;
/** How soon what would not take bytes just now is asked again. */
const RETRY_MS = 50;
const CLOSE_MS = 1000;

/**
 * Where a logger's lines go. The server neither waits for them to be written nor fails with them:
 * a line that cannot be kept or written is dropped and counted, and later ones are tried all the
 * same.
 */
export class LogSink {
  readonly #write: WriteBytes;
  #lines: string[] = [];
  /** Of all lines that are neither written nor dropped. */
  #length = 0;
  #isWriting = false;
  #dropped = 0;
  #onIdle: (() => void) | undefined;

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  /** Lines that were lost so far. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#length + line.length > BACKLOG_MAX) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#length += line.length;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Resolves once every line is written or dropped, or after a second. */
  async close(): Promise<void> {
    if (!this.#isWriting) return;
    let deadline: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      deadline = setTimeout(resolve, CLOSE_MS);
    });
    clearTimeout(deadline);
  }

  #writeNext(): void {
    this.#isWriting = this.#lines.length > 0;
    if (!this.#isWriting) {
      this.#onIdle?.();
      return;
    }
    const lines = this.#lines;
    const length = this.#length;
    this.#lines = [];
    this.#send(Buffer.from(lines.join('')), (isWritten) => {
      if (!isWritten) this.#dropped += lines.length;
      this.#length -= length;
      this.#writeNext();
    });
  }

  #send(bytes: Uint8Array, done: (isWritten: boolean) => void): void {
    this.#write(bytes, (error, taken) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#send(bytes, done), RETRY_MS).unref();
      else if (error) done(false);
      else if (taken < bytes.length) this.#send(bytes.subarray(taken), done);
      else done(true);
    });
  }
}
