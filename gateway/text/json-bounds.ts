import { randomFillSync } from 'node:crypto';
import { mix32 } from '../../shared/rng.ts';

/**
 * What a body may consist of. The parser takes up to 140 ns for an object or array, 20 for another
 * value and a microsecond for a shape of objects that it has not met, so that a few MB of brackets
 * would hold the event loop for seconds. Within these bounds any body takes it less than 10 ms, and
 * less than 5 more for each MB.
 */
export const JSON_DEPTH_MAX = 128;
/** Objects and arrays. */
export const JSON_CONTAINERS_MAX = 40_960;
/** Members of objects and elements of arrays. */
export const JSON_VALUES_MAX = 131_072;
/**
 * Shapes of objects: the names of their members in order. Each beginning of one counts, as the
 * parser makes a hidden class of it: `{"a":1,"b":2}` has two, and any number of objects like it
 * have the same two.
 */
export const JSON_SHAPES_MAX = 4096;

const OTHER = 0;
const STRING = 1;
const OPENS = 2;
const CLOSES = 3;
const PARTS = 4;
const NAMES = 5;
/** What a byte outside of a string means. */
const KINDS = new Uint8Array(256);
for (const [kind, bytes] of ['', '"', '[{', ']}', ',', ':'].entries()) {
  for (const byte of Buffer.from(bytes)) KINDS[byte] = kind;
}

/**
 * Which bound a text of JSON exceeds, in words, or undefined. To be asked before it is parsed; of
 * what is not JSON at all it says anything.
 */
export function excessOf(bytes: Uint8Array, depthMax = JSON_DEPTH_MAX): string | undefined {
  const length = bytes.length;
  // Each level, value and member takes a byte at least: so few cannot exceed the lowest bound.
  if (length <= depthMax) return undefined;
  let depth = 0;
  let containers = 0;
  let commas = 0;
  let names = 0;
  for (let at = 0; at < length; at++) {
    switch (KINDS[bytes[at]!]) {
      case OTHER:
        break;
      case STRING:
        at = endOfString(bytes, at);
        break;
      case OPENS:
        if (++depth > depthMax) return `is nested deeper than ${depthMax} levels`;
        if (++containers > JSON_CONTAINERS_MAX) return MANY_CONTAINERS;
        break;
      case CLOSES:
        depth--;
        break;
      case PARTS:
        if (++commas > JSON_VALUES_MAX) return MANY_VALUES;
        break;
      case NAMES:
        names++;
        break;
    }
  }
  // Most bodies have fewer members than they may have shapes.
  return names > JSON_SHAPES_MAX && hasManyShapes(bytes) ? MANY_SHAPES : undefined;
}

const MANY_CONTAINERS = `has more than ${inWords(JSON_CONTAINERS_MAX)} objects and arrays`;
const MANY_VALUES = `has more than ${inWords(JSON_VALUES_MAX)} values`;
const MANY_SHAPES = `has more than ${inWords(JSON_SHAPES_MAX)} different members`;

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}

/** Names up to this length, in bytes, are told apart; each longer one counts as another. */
const NAME_LENGTH_MAX = 64;
const SLOT_BITS = 17;
/** Which hashes of shapes have come up. */
const met = new Uint8Array(1 << SLOT_BITS);
/** A factor for each place in a name, which no client knows: it cannot make names that collide. */
const factors = randomFillSync(new Uint32Array(NAME_LENGTH_MAX + 1)).map((factor) => factor | 1);
/** Hash of the shape so far, for each object that is open. */
const shapes = new Int32Array(JSON_DEPTH_MAX + 1);

/**
 * Whether there are more shapes than there may be, give or take a few that collide. The depth has
 * been checked before.
 */
function hasManyShapes(bytes: Uint8Array): boolean {
  const length = bytes.length;
  let count = 0;
  let depth = 0;
  let start = 0;
  let end = 0;
  met.fill(0);
  for (let at = 0; at < length; at++) {
    switch (KINDS[bytes[at]!]) {
      case STRING:
        start = at + 1;
        end = at = endOfString(bytes, at);
        break;
      case OPENS:
        shapes[++depth] = 0;
        break;
      case CLOSES:
        if (depth > 0) depth--;
        break;
      case NAMES: {
        const shape = mix32(Math.imul(shapes[depth]!, 0x9e3779b1) + hashOfName(bytes, start, end));
        const slot = shape >>> (32 - SLOT_BITS);
        if (met[slot] === 0 || end - start > NAME_LENGTH_MAX) count++;
        met[slot] = 1;
        shapes[depth] = shape;
        if (count > JSON_SHAPES_MAX) return true;
      }
    }
  }
  return false;
}

/** A sum of products with random factors: two names collide with a chance of one in 2^32. */
function hashOfName(bytes: Uint8Array, start: number, end: number): number {
  let sum = Math.imul(end - start, factors[NAME_LENGTH_MAX]!);
  for (let at = start; at < end && at - start < NAME_LENGTH_MAX; at++) {
    sum = (sum + Math.imul(bytes[at]! + 1, factors[at - start]!)) | 0;
  }
  return sum;
}

/** Strings up to this length are cheaper to walk than to search. */
const SHORT_STRING = 64;

/** Index of the quote that closes the string which opens at `start`, or the end of the text. */
function endOfString(bytes: Uint8Array, start: number): number {
  const length = bytes.length;
  let at = start + 1;
  while (at < length) {
    for (const near = Math.min(at + SHORT_STRING, length); at < near; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) at++;
    }
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) return length;
    let escapes = 0;
    while (quote - 1 - escapes >= at && bytes[quote - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote;
    at = quote + 1;
  }
  return length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
