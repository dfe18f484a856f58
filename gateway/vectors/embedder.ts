import { LRUCache } from 'lru-cache';
import { Embedding } from './embedding.ts';
import type { TextInput } from './text-words.ts';
import { type VectorFormat, vectorParts } from './vector-text.ts';

/** What all entries may take together, in bytes, however many there may be. */
const BYTES_MAX = 64 * 2 ** 20;
/** What an entry takes besides its texts. */
const ENTRY_BYTES = 200;
const PART_LENGTH = 4096;

/** Makes the JSON of embeddings, and remembers those that it made last. */
export class Embedder {
  /** The JSON of vectors, by text, dimensions and format. */
  readonly #known: LRUCache<string, string> | undefined;

  /** Keeps `size` of them; 0: none. */
  constructor(size: number) {
    if (size === 0) return;
    this.#known = new LRUCache({
      max: size,
      maxSize: BYTES_MAX,
      sizeCalculation: (json, key) => ENTRY_BYTES + 2 * key.length + json.length,
    });
  }

  /** Embeddings that are remembered. */
  get size(): number {
    return this.#known?.size ?? 0;
  }

  /** The JSON of a text's vector in parts of at most 4 KiB; an empty one is a part of the work. */
  *parts(
    input: TextInput,
    dimensions: number,
    format: VectorFormat,
  ): Generator<string, void, undefined> {
    const key = this.#known && keyOf(input, dimensions, format);
    const known = key && this.#known?.get(key);
    if (known !== undefined && known !== '') {
      for (let at = 0; at < known.length; at += PART_LENGTH) {
        yield known.slice(at, at + PART_LENGTH);
      }
      return;
    }
    const embedding = new Embedding(input, dimensions);
    while (!embedding.next()) yield '';
    const parts: string[] = [];
    for (const part of vectorParts(embedding.vector(), format)) {
      parts.push(part);
      yield part;
    }
    if (key !== undefined) this.#known?.set(key, parts.join(''));
  }

  /** The whole JSON at once, of a short text. */
  whole(input: TextInput, dimensions: number, format: VectorFormat): string {
    const known = this.#known?.get(keyOf(input, dimensions, format));
    return known ?? [...this.parts(input, dimensions, format)].join('');
  }
}

/** Ids are told apart from a text that looks like them. */
function keyOf(input: TextInput, dimensions: number, format: VectorFormat): string {
  return typeof input === 'string'
    ? `text ${format} ${dimensions} ${input}`
    : `ids ${format} ${dimensions} ${input.join()}`;
}
