/**
 * Seeded pseudo-random numbers. Every request and every component draws from a stream of its own,
 * so that results do not depend on how requests interleave.
 */

/** Mixes a 32-bit state into a well-spread 32-bit number (the finaliser of MurmurHash3). */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit seed from two others; the order of the arguments matters. */
export function combineSeeds(a: number, b: number): number {
  return mix32(Math.imul(mix32(a) ^ 0x9e3779b9, 0x01000193) ^ mix32(b + 0x7f4a7c15));
}

/** A 32-bit hash of the UTF-16 code units of `text` (FNV-1a, then mixed). */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}

/**
 * The next number of the stream whose state is `states[index]`, as an unsigned 32-bit integer
 * (mulberry32). Streams that live in a typed array cost no object each.
 */
export function nextU32(states: Uint32Array, index: number): number {
  const state = (states[index]! + 0x6d2b79f5) >>> 0;
  states[index] = state;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

/** The next number of the stream `states[index]`, uniform in [0, 1). */
export function nextUnit(states: Uint32Array, index: number): number {
  return nextU32(states, index) / 4294967296;
}

/** One stream as an object, for code that is not on the hot path. */
export class Rng {
  readonly #state = new Uint32Array(1);
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = mix32(seed ^ Math.imul(Math.floor(seed / 4294967296), 0x9e3779b9));
    this.#state[0] = this.#seed;
  }

  /**
   * A stream that depends on this one's seed and on `label`, not on how many numbers were drawn.
   */
  fork(label: string): Rng {
    return new Rng(combineSeeds(this.#seed, hashText(label)));
  }

  /** An unsigned 32-bit integer. */
  u32(): number {
    return nextU32(this.#state, 0);
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return nextUnit(this.#state, 0);
  }

  /** A uniform integer in 0 .. bound - 1; `bound` is 1 .. 2^32. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** Exponential with the given mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /** Normal, by the Box-Muller transform. */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.unit());
  }
}
