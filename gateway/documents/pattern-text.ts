import { type AST, RegExpParser } from '@eslint-community/regexpp';
import type { Rng } from '../../shared/rng.ts';

const LENGTH_MAX = 512;
const STEPS_MAX = 20_000;
const PATTERN_LENGTH_MAX = 1024;
/** Repetitions beyond the fewest. */
const MORE_MAX = 3;
const PRINTABLE: readonly number[] = Array.from({ length: 95 }, (_, at) => 32 + at);

/** The tree of a regular expression, or undefined for one that is none, or too long. */
function treeOf(pattern: string): AST.Pattern | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX) return undefined;
  try {
    const flags = { unicode: true };
    return new RegExpParser({ ecmaVersion: 2024 }).parsePattern(pattern, 0, pattern.length, flags);
  } catch {
    return undefined;
  }
}

/**
 * A text that a regular expression matches, as short as it may be if `rng` is undefined. Made from
 * its tree, so that no expression is ever run. Undefined for what has no such text of 512
 * characters, or looks around, back or for boundaries.
 */
export function textOfPattern(pattern: string, rng: Rng | undefined): string | undefined {
  const tree = treeOf(pattern);
  if (tree === undefined) return undefined;
  const writer = new PatternWriter(rng);
  writer.alternatives(tree.alternatives);
  return writer.isStuck ? undefined : writer.text;
}

class PatternWriter {
  text = '';
  isStuck = false;
  readonly #rng: Rng | undefined;
  #steps = 0;

  constructor(rng: Rng | undefined) {
    this.#rng = rng;
  }

  alternatives(alternatives: readonly AST.Alternative[]): void {
    const chosen = alternatives[this.#below(alternatives.length)];
    for (const [at, element] of (chosen?.elements ?? []).entries()) {
      if (element.type === 'Assertion') {
        const isFirst = at === 0 && this.text === '' && element.kind === 'start';
        const isLast = at === (chosen?.elements.length ?? 0) - 1 && element.kind === 'end';
        const isOuter = chosen?.parent.type === 'Pattern';
        if (!isOuter || !(isFirst || isLast)) this.isStuck = true;
      } else {
        this.#element(element);
      }
      if (this.isStuck) return;
    }
  }

  #element(element: AST.QuantifiableElement | AST.Quantifier): void {
    if (++this.#steps > STEPS_MAX || this.text.length > LENGTH_MAX) this.isStuck = true;
    if (this.isStuck) return;
    switch (element.type) {
      case 'Character':
        this.text += String.fromCodePoint(element.value);
        return;
      case 'Group':
      case 'CapturingGroup':
        this.alternatives(element.alternatives);
        return;
      case 'Quantifier': {
        const more = Math.min(element.max - element.min, MORE_MAX);
        const times = element.min + this.#below(more + 1);
        for (let time = 0; time < times && !this.isStuck; time++) this.#element(element.element);
        return;
      }
      case 'CharacterSet':
      case 'CharacterClass':
        if (!isKnown(element)) this.isStuck = true;
        else this.#oneOf(PRINTABLE.filter((code) => isIn(element, code)));
        return;
      default:
        this.isStuck = true;
    }
  }

  /** Letters and digits first: they read best, and stand for themselves everywhere. */
  #oneOf(codes: readonly number[]): void {
    const plain = codes.filter((code) => /[A-Za-z0-9]/.test(String.fromCharCode(code)));
    const drawn = plain.length > 0 ? plain : codes;
    const code = drawn[this.#below(drawn.length)];
    if (code === undefined) this.isStuck = true;
    else this.text += String.fromCharCode(code);
  }

  #below(count: number): number {
    return this.#rng === undefined || count === 0 ? 0 : this.#rng.below(count);
  }
}

/** Not a class of Unicode properties, or of classes. */
function isKnown(element: AST.CharacterSet | AST.CharacterClass): boolean {
  if (element.type === 'CharacterSet') return element.kind !== 'property';
  return element.elements.every(
    ({ type, ...part }) =>
      type === 'Character' ||
      type === 'CharacterClassRange' ||
      (type === 'CharacterSet' && 'kind' in part && part.kind !== 'property'),
  );
}

/** Whether a class holds a character of printable ASCII. */
function isIn(element: AST.CharacterSet | AST.CharacterClass, code: number): boolean {
  if (element.type === 'CharacterSet') {
    const character = String.fromCharCode(code);
    switch (element.kind) {
      case 'any':
        return true;
      case 'digit':
        return /\d/.test(character) !== element.negate;
      case 'word':
        return /\w/.test(character) !== element.negate;
      case 'space':
        return /\s/.test(character) !== element.negate;
      default:
        return false;
    }
  }
  const holds = element.elements.some((part) => {
    if (part.type === 'Character') return part.value === code;
    if (part.type === 'CharacterClassRange')
      return part.min.value <= code && code <= part.max.value;
    return part.type === 'CharacterSet' && part.kind !== 'property' && isIn(part, code);
  });
  return holds !== element.negate;
}
