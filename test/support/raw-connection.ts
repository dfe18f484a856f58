import { connect, type Socket } from 'node:net';

export interface RawHead {
  /** `HTTP/1.1 200 OK` */
  readonly statusLine: string;
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface RawAnswer extends RawHead {
  /** What each HTTP chunk held; the whole body as one where it was not chunked. */
  readonly chunks: readonly string[];
  readonly body: string;
}

/**
 * One TCP connection, for tests of what is on the wire: it writes bytes as they are given and hands
 * out heads and chunks as they were sent. Reads reject when the connection ends too early.
 */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the server has closed the connection, or the test has. */
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  /** What has come since anything was read: it is put together when it is looked at. */
  #arrived: Buffer[] = [];
  #isClosed = false;
  #onChange: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#arrived.push(bytes);
      this.#onChange?.();
    });
    // A reset is one of the ways to close.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#onChange?.();
        resolve();
      });
    });
  }

  static open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const connection = new RawConnection(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(connection)).once('error', reject);
    });
  }

  /** All that was received and not read yet. */
  get unread(): string {
    this.#gather();
    return this.#received.toString('utf8');
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  /** Sends each part in a TCP segment of its own, as far as the network lets it. */
  async sendInParts(parts: readonly (string | Buffer)[]): Promise<void> {
    for (const part of parts) {
      await new Promise<void>((resolve) => this.socket.write(part, () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Leaves without a word, as a client does that was killed: the server gets a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.closed;
  }

  async readHead(): Promise<RawHead> {
    const [statusLine = '', ...lines] = (await this.#through('\r\n\r\n')).split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    return { statusLine, status: Number(statusLine.split(' ')[1]), headers };
  }

  /** What the next HTTP chunk holds; undefined for the chunk that ends the body. */
  async readChunk(): Promise<string | undefined> {
    await this.#until(() => this.#chunkBytes() !== undefined);
    return this.#takeChunk();
  }

  async readAnswer(): Promise<RawAnswer> {
    const head = await this.readHead();
    if (head.headers.get('transfer-encoding') !== 'chunked') {
      const body = await this.readBytes(Number(head.headers.get('content-length') ?? 0));
      return { ...head, chunks: [body], body };
    }
    const chunks: string[] = [];
    for (let hasEnded = false; !hasEnded; ) {
      await this.#until(() => this.#chunkBytes() !== undefined);
      // An answer may have tens of thousands of chunks: those that are there are not waited for.
      while (!hasEnded && this.#chunkBytes() !== undefined) {
        const chunk = this.#takeChunk();
        if (chunk === undefined) hasEnded = true;
        else chunks.push(chunk);
      }
    }
    return { ...head, chunks, body: chunks.join('') };
  }

  /** Waits until `text` has been received, and returns all that was up to its end. */
  async readThrough(text: string): Promise<string> {
    return (await this.#through(text)) + text;
  }

  async #through(end: string): Promise<string> {
    await this.#until(() => this.#received.includes(end));
    const at = this.#received.indexOf(end);
    const before = this.#received.toString('utf8', 0, at);
    this.#received = this.#received.subarray(at + end.length);
    return before;
  }

  /** Reads that many bytes as text. */
  async readBytes(bytes: number): Promise<string> {
    await this.#until(() => this.#received.length >= bytes);
    const taken = this.#received.toString('utf8', 0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }

  /** How many bytes the next chunk holds, if all of it is here. */
  #chunkBytes(): number | undefined {
    const lineEnd = this.#received.indexOf('\r\n');
    if (lineEnd < 0) return undefined;
    const bytes = Number.parseInt(this.#received.toString('latin1', 0, lineEnd), 16);
    return this.#received.length >= lineEnd + bytes + 4 ? bytes : undefined;
  }

  #takeChunk(): string | undefined {
    const bytes = this.#chunkBytes() ?? 0;
    const begin = this.#received.indexOf('\r\n') + 2;
    const data = this.#received.toString('utf8', begin, begin + bytes);
    const end = this.#received.toString('latin1', begin + bytes, begin + bytes + 2);
    if (end !== '\r\n')
      throw new Error(`a chunk of ${bytes} bytes ends with ${JSON.stringify(end)}`);
    this.#received = this.#received.subarray(begin + bytes + 2);
    return bytes === 0 ? undefined : data;
  }

  #gather(): void {
    if (this.#arrived.length === 0) return;
    this.#received = Buffer.concat([this.#received, ...this.#arrived]);
    this.#arrived = [];
  }

  async #until(isThere: () => boolean): Promise<void> {
    for (this.#gather(); !isThere(); this.#gather()) {
      if (this.#isClosed) throw new Error(`the connection ended after ${this.unread}`);
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }
}

/** A request with a body of known length. */
export function rawPost(path: string, body: string, headers: readonly string[] = []): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: fakeai.test',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

export function rawGet(path: string, headers: readonly string[] = []): string {
  return `${[`GET ${path} HTTP/1.1`, 'host: fakeai.test', ...headers].join('\r\n')}\r\n\r\n`;
}

/** Sends one request on a connection of its own and reads the answer. */
export async function rawExchange(port: number, request: string): Promise<RawAnswer> {
  const connection = await RawConnection.open(port);
  try {
    connection.send(request);
    return await connection.readAnswer();
  } finally {
    await connection.close();
  }
}
