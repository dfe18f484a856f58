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
  #isClosed = false;
  #onChange: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
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
    const size = Number.parseInt(await this.#through('\r\n'), 16);
    const data = await this.readBytes(size);
    const end = await this.readBytes(2);
    if (end !== '\r\n')
      throw new Error(`a chunk of ${size} bytes ends with ${JSON.stringify(end)}`);
    return size === 0 ? undefined : data;
  }

  async readAnswer(): Promise<RawAnswer> {
    const head = await this.readHead();
    const chunks: string[] = [];
    if (head.headers.get('transfer-encoding') === 'chunked') {
      for (let chunk = await this.readChunk(); chunk !== undefined; ) {
        chunks.push(chunk);
        chunk = await this.readChunk();
      }
    } else {
      chunks.push(await this.readBytes(Number(head.headers.get('content-length') ?? 0)));
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

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
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
