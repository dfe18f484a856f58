import { Rng } from '../../shared/rng.ts';
import { CorpusAnswer } from '../text/answer.ts';
import { type DocumentSchema, isWithin } from './document-schema.ts';
import { textOfFormat } from './format-text.ts';
import type { MessageValues } from './message-values.ts';
import { textOfPattern } from './pattern-text.ts';
import { canonical } from './schema-match.ts';
import type { Shape } from './shape.ts';

const OPTIONAL_SHARE = 0.5;
const MORE_ITEMS_MAX = 3;
const TRIES_MAX = 4;
const WORDS_MAX = 4;
const DEPTH_MAX = 12;

export interface DocumentWish {
  readonly seed: number;
  /** Values of which there may be more than necessary: with 0 it is the shortest document. */
  readonly values: number;
  readonly hints?: MessageValues | undefined;
  /** Every optional property is there. */
  readonly isStrict?: boolean;
}

/**
 * A document that keeps to a schema, as compact JSON. Undefined if none was found, which is so for
 * alternatives of `oneOf` that cannot be told apart.
 */
export function writeDocument(schema: DocumentSchema, wish: DocumentWish): string | undefined {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    // The last ones are as short as they can be, where less is in each other's way.
    const values = attempt < TRIES_MAX / 2 ? wish.values : 0;
    const writer = new DocumentWriter({ ...wish, seed: wish.seed + attempt, values }, attempt);
    const value = writer.value(schema.shape, 0);
    if (schema.match.matches(value)) return JSON.stringify(value);
  }
  return undefined;
}

class DocumentWriter {
  readonly #rng: Rng;
  readonly #hints: MessageValues | undefined;
  readonly #isStrict: boolean;
  /** Of shapes that only the shortest is taken of. */
  readonly #isShuffled: boolean;
  #left: number;

  constructor({ seed, values, hints, isStrict = false }: DocumentWish, attempt: number) {
    this.#rng = new Rng(seed);
    this.#hints = hints;
    this.#isStrict = isStrict;
    this.#isShuffled = attempt > 0;
    this.#left = values;
  }

  value(shape: Shape, depth: number): unknown {
    this.#left--;
    switch (shape.kind) {
      case 'choice': {
        const options = shape.options.filter(({ size }) => Number.isFinite(size));
        const isFree = !this.#isLean(depth) || (this.#isShuffled && depth === 0);
        const drawn = isFree ? options[this.#rng.below(options.length)] : shape.lean;
        return drawn === undefined ? null : this.value(drawn, depth);
      }
      case 'constant':
        return this.#constant(shape, depth);
      case 'boolean':
        return this.#rng.below(2) === 1;
      case 'number':
        return this.#number(shape);
      case 'string':
        return this.#string(shape, depth);
      case 'array':
        return this.#array(shape, depth);
      case 'object':
        return this.#object(shape, depth);
      default:
        return null;
    }
  }

  #isLean(depth: number): boolean {
    return this.#left <= 0 || depth > DEPTH_MAX;
  }

  #constant({ values }: Shape, depth: number): unknown {
    if (!this.#isLean(depth)) return values[this.#rng.below(values.length)];
    const lengths = values.slice(0, 64).map((value) => JSON.stringify(value).length);
    return values[lengths.indexOf(Math.min(...lengths))];
  }

  #number({ range: { step, low, high } }: Shape): number {
    const isGood = (value: number): boolean =>
      value >= low * step && value <= high * step && rounded(value / step, 1) * step === value;
    const hint = this.#hints?.number(isGood);
    if (hint !== undefined) return hint;
    const near = Math.max(low, Math.min(0, high));
    const span = Math.min(high - near, near - low > high - near ? 0 : 999);
    const at = span > 0 ? near + this.#rng.below(Math.floor(span) + 1) : near;
    return rounded(at, step);
  }

  #string(shape: Shape, depth: number): string {
    const { format, pattern, minLength, maxLength } = shape;
    const [fallback] = shape.values;
    const isGood = (text: string): boolean => isWithin(text, shape);
    if (pattern === undefined) {
      const hint = this.#hints?.text(format, isGood);
      if (hint !== undefined) return hint;
    }
    if (typeof fallback === 'string') {
      if (this.#isLean(depth)) return fallback;
      const drawn =
        pattern === undefined
          ? textOfFormat(format ?? '', this.#rng)
          : textOfPattern(pattern, this.#rng);
      return drawn !== undefined && isGood(drawn) ? drawn : fallback;
    }
    const words = this.#isLean(depth) ? 1 : 1 + this.#rng.below(WORDS_MAX);
    let text = this.#isLean(depth) && minLength === 0 ? '' : this.#words(words);
    while (text.length < minLength) text += ` ${this.#words(WORDS_MAX)}`;
    const limit = Math.min(maxLength, Math.max(minLength, 80));
    return text.slice(0, limit);
  }

  #words(count: number): string {
    return new CorpusAnswer(this.#rng.u32(), count, false).text(0, count);
  }

  #array(shape: Shape, depth: number): unknown[] {
    const { prefix, items, minItems } = shape;
    const more = this.#isLean(depth) ? 0 : this.#rng.below(MORE_ITEMS_MAX + 1);
    const wanted = Math.min(
      Math.max(minItems, this.#isLean(depth) ? 0 : prefix.length) + more,
      shape.maxItems,
    );
    const found: unknown[] = [];
    const seen = new Set<string>();
    for (let tries = 0; found.length < wanted && tries < wanted * 4 + 16; tries++) {
      if (found.length >= minItems && this.#isLean(depth)) break;
      const of = prefix[found.length] ?? items;
      if (of === undefined || !Number.isFinite(of.size)) break;
      const item = this.value(of, depth + 1);
      if (shape.isUnique) {
        const key = canonical(item);
        if (seen.has(key)) {
          // What is scarce is not scarce enough to be drawn as short as it can be.
          this.#left = Math.max(this.#left, 1);
          continue;
        }
        seen.add(key);
      }
      found.push(item);
    }
    return found;
  }

  #object(shape: Shape, depth: number): object {
    const object: Record<string, unknown> = Object.create(null);
    for (const { name, shape: of, isRequired } of shape.properties) {
      if (!isRequired) {
        const isWanted =
          !this.#isLean(depth) && (this.#isStrict || this.#rng.unit() < OPTIONAL_SHARE);
        if (!isWanted || !Number.isFinite(of.size)) continue;
      }
      object[name] = this.value(of, depth + 1);
    }
    const { extra } = shape;
    if (extra !== undefined && Number.isFinite(extra.size) && !this.#isLean(depth)) {
      for (let more = 1 + this.#rng.below(MORE_ITEMS_MAX); more > 0; more--) {
        object[this.#words(1).toLowerCase()] = this.value(extra, depth + 1);
      }
    }
    return object;
  }
}

/** `at` times `step`, with as few decimals as it needs. */
function rounded(at: number, step: number): number {
  const value = at * step;
  if (step === 1 && Number.isInteger(at)) return at === 0 ? 0 : at;
  if (step === 1) return Math.round(at);
  const short = Number(value.toPrecision(12));
  return short === 0 ? 0 : short;
}
