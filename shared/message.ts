import { Packr, Unpackr } from 'msgpackr';
import { PROTOCOL_VERSION } from './protocol.ts';
import { U32List } from './u32-list.ts';

/**
 * The form of a message, whatever it says: a msgpack array `[version, numbers, words, item, ...]`.
 * `numbers` are 64-bit floats in rows, each of which begins with its kind; `words` are the 32-bit
 * words that belong to the rows, and the items what is neither, each in the order of the rows. Two
 * columns of bytes, since a msgpack element for each number would cost more than what it says.
 */

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false });

const NO_WORDS = new Uint32Array(0);
/** Place of the first item in a message, after version, numbers and words. */
const FIRST_ITEM = 3;

/** A message of another protocol version, or one that is no message at all. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Writes one message after another, in columns that grow and are used again. */
export class MessageWriter {
  /** Where `addRow` has made room; another array after the next `addRow`. */
  numbers = new Float64Array(1024);
  readonly words = new U32List(1024);
  #length = 0;
  #message: unknown[] = [];

  /** Begins a message. */
  start(): void {
    this.#length = 0;
    this.words.clear();
    this.#message = [PROTOCOL_VERSION, undefined, undefined];
  }

  /** Adds a row of `count` numbers, the first of them `kind`; returns where it starts. */
  addRow(kind: number, count: number): number {
    const row = this.#length;
    this.#length += count;
    if (this.#length > this.numbers.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[row] = kind;
    return row;
  }

  addItem(item: unknown): void {
    this.#message.push(item);
  }

  /**
   * The message. The bytes are exact and own their buffer, so that they can be transferred:
   * `pack()` by itself returns a view on a buffer that it will use again.
   */
  finish(): Uint8Array<ArrayBuffer> {
    const { numbers } = this;
    this.#message[1] = new Uint8Array(numbers.buffer, 0, this.#length * numbers.BYTES_PER_ELEMENT);
    const words = this.words.view();
    this.#message[2] = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    return new Uint8Array(packr.pack(this.#message));
  }
}

/** Reads one message from its first row to its last. Whatever is not as it should be throws. */
export class MessageReader {
  readonly numbers: Float64Array;
  readonly #words: Uint32Array;
  readonly #items: readonly unknown[];
  #nextRow = 0;
  #nextWord = 0;
  #nextItem = FIRST_ITEM;

  /** Throws `CodecError`. */
  constructor(bytes: Uint8Array) {
    const items = unpack(bytes);
    if (!Array.isArray(items) || items[0] !== PROTOCOL_VERSION) {
      const got = Array.isArray(items) ? `version ${String(items[0])}` : 'something else';
      throw new CodecError(
        `expected a message of protocol version ${PROTOCOL_VERSION}, got ${got}`,
      );
    }
    // Copies, since a byte string may start at any offset of its message.
    this.numbers = new Float64Array(columnBytes(items[1], 8));
    this.#words = new Uint32Array(columnBytes(items[2], 4));
    this.#items = items;
  }

  /** The kind of the next row; undefined once everything has been read. Throws `CodecError`. */
  nextKind(): number | undefined {
    if (this.#nextRow < this.numbers.length) return this.numbers[this.#nextRow];
    if (this.#nextWord !== this.#words.length || this.#nextItem < this.#items.length) {
      throw new CodecError('a message holds more than its rows account for');
    }
    return undefined;
  }

  /** Where the next row starts, which has `count` numbers. Throws `CodecError`. */
  takeRow(count: number): number {
    const row = this.#nextRow;
    this.#nextRow += count;
    if (this.#nextRow > this.numbers.length) throw new CodecError('a row is cut short');
    return row;
  }

  /**
   * A copy of the next `length` words: of the message itself, they would keep all of it alive.
   * Throws `CodecError`.
   */
  takeWords(length: number): Uint32Array {
    if (length === 0) return NO_WORDS;
    const from = this.#nextWord;
    if (!(Number.isInteger(length) && length > 0 && from + length <= this.#words.length)) {
      throw new CodecError(`expected ${length} more words in a message`);
    }
    this.#nextWord += length;
    return this.#words.slice(from, from + length);
  }

  /** The next item as msgpack gives it back. Throws `CodecError`. */
  takeItem(): unknown {
    if (this.#nextItem >= this.#items.length) throw new CodecError('an item is missing');
    return this.#items[this.#nextItem++];
  }
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return unpackr.unpack(bytes);
  } catch (cause) {
    throw new CodecError('expected a message, got bytes that are not msgpack', { cause });
  }
}

/** A copy of the bytes of a column whose elements have `width` bytes each. */
function columnBytes(value: unknown, width: number): ArrayBuffer {
  if (!(value instanceof Uint8Array) || value.length % width !== 0) {
    throw new CodecError(`expected a column of ${width}-byte numbers`);
  }
  return new Uint8Array(value).buffer;
}
