import { randomFillSync } from 'node:crypto';
import { hashText, mix32 } from '../shared/rng.ts';

/** A source of random unsigned 32-bit integers, such as `Rng`. */
export interface U32Source {
  u32(): number;
}

const POOL_WORDS = 1536;

/**
 * Random words of the operating system, many at a time. Ids must differ between servers that start
 * in the same millisecond too, and a generator with 32 bits of state repeats itself too soon.
 */
export class RandomWords implements U32Source {
  readonly #words = new Uint32Array(POOL_WORDS);
  #used = POOL_WORDS;

  u32(): number {
    if (this.#used === POOL_WORDS) {
      randomFillSync(this.#words);
      this.#used = 0;
    }
    return this.#words[this.#used++] ?? 0;
  }
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `prefix` and 24 random characters of `[0-9A-Za-z]`. */
export function randomId(prefix: string, source: U32Source): string {
  return (
    prefix +
    twelve(source.u32(), source.u32(), source.u32()) +
    twelve(source.u32(), source.u32(), source.u32())
  );
}

/** One call with many arguments makes a flat string, where concatenation would make a tree. */
function twelve(a: number, b: number, c: number): string {
  return String.fromCharCode(
    letter(a),
    letter(a >>> 8),
    letter(a >>> 16),
    letter(a >>> 24),
    letter(b),
    letter(b >>> 8),
    letter(b >>> 16),
    letter(b >>> 24),
    letter(c),
    letter(c >>> 8),
    letter(c >>> 16),
    letter(c >>> 24),
  );
}

/** The low byte, scaled to the alphabet: no division, and a bias that no id notices. */
function letter(word: number): number {
  return ALPHABET.charCodeAt(((word & 0xff) * ALPHABET.length) >>> 8);
}

/** `fp_` and 10 hex digits of whatever shapes the answers: version and engine settings. */
export function systemFingerprint(settings: string): string {
  const hash = hashText(settings);
  const tail = mix32(hash ^ settings.length) >>> 24;
  return `fp_${hash.toString(16).padStart(8, '0')}${tail.toString(16).padStart(2, '0')}`;
}
