import { randomFillSync } from 'node:crypto';
import { hashText, mix32 } from '../shared/rng.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** What each byte becomes: it is scaled to the alphabet, with a bias that no id notices. */
const LETTERS = Uint8Array.from({ length: 256 }, (_, byte) =>
  ALPHABET.charCodeAt((byte * ALPHABET.length) >>> 8),
);
const ID_LETTERS = 24;
/** Letters of one string: few, since an id keeps all of it in memory. */
const PAGE_LETTERS = 64 * ID_LETTERS;
/** What is drawn at once: much, since a call for random bytes costs as much as many of them. */
const POOL_LETTERS = 16 * PAGE_LETTERS;

/**
 * Ids of random bytes of the operating system. They must differ between servers that start in the
 * same millisecond too, and a generator with 32 bits of state repeats itself too soon. The letters
 * of many are made at once: a part of a string costs less than one made letter by letter.
 */
export class RandomIds {
  readonly #fill: (bytes: Buffer) => void;
  readonly #pool = Buffer.alloc(POOL_LETTERS);
  #poolUsed = POOL_LETTERS;
  #page = '';
  #pageUsed = 0;

  /** `fill` fills a buffer with random bytes. */
  constructor(fill: (bytes: Buffer) => void = randomFillSync) {
    this.#fill = fill;
  }

  /** `prefix` and 24 random characters of `[0-9A-Za-z]`. */
  next(prefix: string): string {
    if (this.#pageUsed === this.#page.length) this.#turnPage();
    const from = this.#pageUsed;
    this.#pageUsed += ID_LETTERS;
    return prefix + this.#page.slice(from, this.#pageUsed);
  }

  #turnPage(): void {
    if (this.#poolUsed === POOL_LETTERS) this.#draw();
    const from = this.#poolUsed;
    this.#poolUsed += PAGE_LETTERS;
    this.#page = this.#pool.toString('latin1', from, this.#poolUsed);
    this.#pageUsed = 0;
  }

  #draw(): void {
    const pool = this.#pool;
    this.#fill(pool);
    for (let at = 0; at < pool.length; at++) pool[at] = LETTERS[pool[at] ?? 0] ?? 0;
    this.#poolUsed = 0;
  }
}

/** `fp_` and 10 hex digits of whatever shapes the answers: version and engine settings. */
export function systemFingerprint(settings: string): string {
  const hash = hashText(settings);
  const tail = mix32(hash ^ settings.length) >>> 24;
  return `fp_${hash.toString(16).padStart(8, '0')}${tail.toString(16).padStart(2, '0')}`;
}
