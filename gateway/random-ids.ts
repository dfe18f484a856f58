import { randomFillSync } from 'node:crypto';
import { hashText, mix32 } from '../shared/rng.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** What each byte becomes: it is scaled to the alphabet, with a bias that no id notices. */
const LETTERS = Uint8Array.from({ length: 256 }, (_, byte) =>
  ALPHABET.charCodeAt((byte * ALPHABET.length) >>> 8),
);
const ID_LETTERS = 24;
/** Few, since an id keeps all of them in memory. */
const IDS_AT_ONCE = 64;

/**
 * Ids of random bytes of the operating system. They must differ between servers that start in the
 * same millisecond too, and a generator with 32 bits of state repeats itself too soon. The letters
 * of many are made at once: a part of a string costs less than one made letter by letter.
 */
export class RandomIds {
  readonly #fill: (bytes: Buffer) => void;
  readonly #bytes = Buffer.alloc(IDS_AT_ONCE * ID_LETTERS);
  #letters = '';
  #used = 0;

  /** `fill` fills a buffer with random bytes. */
  constructor(fill: (bytes: Buffer) => void = randomFillSync) {
    this.#fill = fill;
  }

  /** `prefix` and 24 random characters of `[0-9A-Za-z]`. */
  next(prefix: string): string {
    if (this.#used === this.#letters.length) this.#draw();
    const from = this.#used;
    this.#used += ID_LETTERS;
    return prefix + this.#letters.slice(from, this.#used);
  }

  #draw(): void {
    const bytes = this.#bytes;
    this.#fill(bytes);
    for (let at = 0; at < bytes.length; at++) bytes[at] = LETTERS[bytes[at] ?? 0] ?? 0;
    this.#letters = bytes.toString('latin1');
    this.#used = 0;
  }
}

/** `fp_` and 10 hex digits of whatever shapes the answers: version and engine settings. */
export function systemFingerprint(settings: string): string {
  const hash = hashText(settings);
  const tail = mix32(hash ^ settings.length) >>> 24;
  return `fp_${hash.toString(16).padStart(8, '0')}${tail.toString(16).padStart(2, '0')}`;
}
