import { Packr, Unpackr } from 'msgpackr';
import { PROTOCOL_VERSION } from './protocol.ts';

/**
 * The form of a message, whatever it says. All of it is words of 32 bits in the byte order of the
 * machine: the protocol's version, the number of bytes of its items, and rows, each of which begins
 * with its kind and its length at a multiple of 8 bytes. So what is read are views on the message,
 * and nothing is copied. Behind the rows are the items, a msgpack array of what is no number.
 */

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false });

const NO_WORDS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);
/** Version and bytes of items; also kind and length of a row. */
const HEAD_WORDS = 2;
/** A list that is kept may keep so many times its own memory: that of the message around it. */
const VIEW_SHARE = 256;
/** Stands for the length of a list that is the very one before it on the list of those shared. */
const SAME_LIST = 0xffffffff;

/** A message of another protocol version, or one that is no message at all. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Writes one message after another, into memory that grows and is used again. */
export class MessageWriter {
  /** Where there is room for what was reserved last; other arrays after the next `reserve`. */
  words = new Uint32Array(4096);
  floats = new Float64Array(this.words.buffer);
  #length = HEAD_WORDS;
  #row = 0;
  #items: unknown[] = [];
  #shared: Uint32Array | undefined;

  /** Begins a message. */
  start(): void {
    this.#length = HEAD_WORDS;
    this.#items = [];
    this.#shared = undefined;
  }

  startRow(kind: number): void {
    this.#row = this.reserveFloats(1) * 2;
    this.words[this.#row] = kind;
  }

  endRow(): void {
    this.#length += this.#length & 1;
    this.words[this.#row + 1] = this.#length - this.#row;
  }

  /** Makes room for `count` numbers in `words`; returns where it starts. */
  reserveWords(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length >= this.words.length) this.#grow();
    return at;
  }

  /** Makes room for `count` numbers in `floats`; returns where it starts. */
  reserveFloats(count: number): number {
    this.#length += this.#length & 1;
    return this.reserveWords(2 * count) / 2;
  }

  /** Adds the first `length` words of a list. */
  addList(list: Uint32Array, length: number): void {
    const at = this.reserveWords(1 + length) + 1;
    const { words } = this;
    words[at - 1] = length;
    // A loop, since `set` costs more than it saves on the few words that a list usually has.
    for (let i = 0; i < length; i++) words[at + i] = list[i]!;
  }

  /** Adds a list of which the next one in this message may be the very same: once for both. */
  addShared(list: Uint32Array): void {
    if (list === this.#shared) this.words[this.reserveWords(1)] = SAME_LIST;
    else this.addList(list, list.length);
    this.#shared = list;
  }

  addItem(item: unknown): void {
    this.#items.push(item);
  }

  /** The message. The bytes are exact and own their buffer, so that they can be transferred. */
  finish(): Uint8Array<ArrayBuffer> {
    const items = this.#items.length === 0 ? NO_BYTES : packr.pack(this.#items);
    this.words[0] = PROTOCOL_VERSION;
    this.words[1] = items.length;
    const length = this.#length * 4;
    if (items.length === 0) return new Uint8Array(this.words.buffer.slice(0, length));
    const bytes = new Uint8Array(length + items.length);
    bytes.set(new Uint8Array(this.words.buffer, 0, length));
    bytes.set(items, length);
    return bytes;
  }

  #grow(): void {
    const grown = new Uint32Array(this.#length * 2 + (this.#length & 1) * 2);
    grown.set(this.words);
    this.words = grown;
    this.floats = new Float64Array(grown.buffer);
  }
}

/** Reads one message from its first row to its last. Whatever is not as it should be throws. */
export class MessageReader {
  readonly words: Uint32Array;
  readonly floats: Float64Array;
  readonly #items: readonly unknown[];
  #next = HEAD_WORDS;
  #rowEnd = HEAD_WORDS;
  #nextItem = 0;
  #shared: Uint32Array | undefined;

  /** Throws `CodecError`. */
  constructor(message: Uint8Array) {
    if (!(message instanceof Uint8Array) || message.byteLength < HEAD_WORDS * 4) {
      throw new CodecError('expected a message, got what is too short or holds no bytes');
    }
    // A view on numbers starts at a multiple of their width, which part of a larger buffer may not.
    const { buffer, byteOffset, byteLength } =
      message.byteOffset % 8 === 0 ? message : new Uint8Array(message);
    const [version, itemBytes] = new Uint32Array(buffer, byteOffset, HEAD_WORDS);
    if (version !== PROTOCOL_VERSION) {
      throw new CodecError(
        `expected a message of protocol version ${PROTOCOL_VERSION}, got version ${version}`,
      );
    }
    const length = byteLength - itemBytes!;
    if (length < HEAD_WORDS * 4 || length % 8 !== 0) throw new CodecError('a message is cut short');
    this.words = new Uint32Array(buffer, byteOffset, length / 4);
    this.floats = new Float64Array(buffer, byteOffset, length / 8);
    this.#items =
      itemBytes === 0 ? [] : unpack(new Uint8Array(buffer, byteOffset + length, itemBytes));
  }

  /** The kind of the next row; undefined once everything has been read. Throws `CodecError`. */
  startRow(): number | undefined {
    const row = this.#next;
    if (row < this.words.length) {
      this.#next += HEAD_WORDS;
      this.#rowEnd = row + this.words[row + 1]!;
      if (this.#rowEnd > this.words.length) throw new CodecError('a row is cut short');
      return this.words[row]!;
    }
    if (this.#nextItem < this.#items.length) throw new CodecError('an item belongs to no row');
    return undefined;
  }

  /** Throws `CodecError`. */
  endRow(): void {
    this.#next += this.#next & 1;
    if (this.#next !== this.#rowEnd) throw new CodecError('a row has another length than it says');
  }

  /** Where the next `count` numbers of a row start in `words`. Throws `CodecError`. */
  takeWords(count: number): number {
    const at = this.#next;
    this.#next += count;
    if (this.#next > this.#rowEnd) throw new CodecError('a row is cut short');
    return at;
  }

  /** Where the next `count` numbers of a row start in `floats`. Throws `CodecError`. */
  takeFloats(count: number): number {
    this.#next += this.#next & 1;
    return this.takeWords(2 * count) / 2;
  }

  /** The next list, as a view that keeps all of the message in memory. Throws `CodecError`. */
  takeList(): Uint32Array {
    return this.#listOf(this.words[this.takeWords(1)]!);
  }

  /**
   * The next list of those that may be shared, and are kept for long: a view, or a copy of what is
   * but a tiny part of the message. Throws `CodecError`.
   */
  takeShared(): Uint32Array {
    const length = this.words[this.takeWords(1)]!;
    if (length !== SAME_LIST) {
      const list = this.#listOf(length);
      this.#shared = list.length * VIEW_SHARE < this.words.length ? list.slice() : list;
    }
    if (this.#shared === undefined) throw new CodecError('a list is the same as none');
    return this.#shared;
  }

  /** The next item as msgpack gives it back. Throws `CodecError`. */
  takeItem(): unknown {
    if (this.#nextItem >= this.#items.length) throw new CodecError('an item is missing');
    return this.#items[this.#nextItem++];
  }

  #listOf(length: number): Uint32Array {
    if (length === 0) return NO_WORDS;
    const from = this.takeWords(length);
    return this.words.subarray(from, from + length);
  }
}

/** Throws `CodecError`. */
function unpack(bytes: Uint8Array): readonly unknown[] {
  let items: unknown;
  try {
    items = unpackr.unpack(bytes);
  } catch (cause) {
    throw new CodecError('expected items, got bytes that are not msgpack', { cause });
  }
  if (!Array.isArray(items)) throw new CodecError('expected a list of items');
  return items;
}
