/** What a value is: `choice` is one of `options`, `constant` one of `values`, `never` is none. */
export type ShapeKind =
  | 'never'
  | 'choice'
  | 'constant'
  | 'null'
  | 'boolean'
  | 'number'
  | 'string'
  | 'array'
  | 'object';

export interface PropertyShape {
  readonly name: string;
  readonly shape: Shape;
  readonly isRequired: boolean;
}

/** Multiples of `step` from `low` to `high` times it. */
export interface NumberRange {
  readonly step: number;
  readonly low: number;
  readonly high: number;
}

/**
 * All values that a schema allows, as a graph: each shape is of one kind, and what several schemas
 * ask of one value is merged. Filled in by who makes it, and only read from then on.
 */
export interface Shape {
  kind: ShapeKind;
  options: Shape[];
  values: unknown[];
  properties: PropertyShape[];
  /** Of further properties of an object that names none. */
  extra: Shape | undefined;
  prefix: Shape[];
  items: Shape | undefined;
  minItems: number;
  maxItems: number;
  isUnique: boolean;
  range: NumberRange;
  minLength: number;
  maxLength: number;
  format: string | undefined;
  pattern: string | undefined;
  /** Of the shortest value, in units of a value or 16 characters; infinite if there is none. */
  size: number;
  /** The option with the shortest way to an end. */
  lean: Shape | undefined;
}

export function newShape(): Shape {
  return {
    kind: 'never',
    options: [],
    values: [],
    properties: [],
    extra: undefined,
    prefix: [],
    items: undefined,
    minItems: 0,
    maxItems: Number.POSITIVE_INFINITY,
    isUnique: false,
    range: { step: 1, low: 0, high: 0 },
    minLength: 0,
    maxLength: Number.POSITIVE_INFINITY,
    format: undefined,
    pattern: undefined,
    size: Number.POSITIVE_INFINITY,
    lean: undefined,
  };
}

/** Characters that count as one value. */
const CHARACTERS_PER_UNIT = 16;

/** What a shape needs below it for its shortest value: one of them, or all. */
function needsOf(shape: Shape): readonly Shape[] {
  if (shape.kind === 'choice') return shape.options;
  if (shape.kind === 'object') {
    return shape.properties.filter((property) => property.isRequired).map(({ shape: of }) => of);
  }
  if (shape.kind !== 'array') return [];
  const needs = shape.prefix.slice(0, shape.minItems);
  if (shape.minItems > needs.length && shape.items !== undefined) needs.push(shape.items);
  return needs;
}

/**
 * Finds the size of every shape, from those that need no other upwards: a recursion is left at the
 * first chance. In time linear to the graph.
 */
export function measure(shapes: readonly Shape[]): void {
  const users = new Map<Shape, Shape[]>();
  const missing = new Map<Shape, number>();
  const ready: Shape[] = [];
  for (const shape of shapes) {
    const needs = needsOf(shape);
    missing.set(shape, shape.kind === 'choice' ? 1 : needs.length);
    for (const need of needs) {
      const known = users.get(need);
      if (known === undefined) users.set(need, [shape]);
      else known.push(shape);
    }
    if (needs.length === 0 && shape.kind !== 'never' && shape.kind !== 'choice') ready.push(shape);
  }
  for (let next = ready.shift(); next !== undefined; next = ready.pop()) {
    if (next.size !== Number.POSITIVE_INFINITY) continue;
    next.size = sizeOf(next);
    for (const user of users.get(next) ?? []) {
      const left = (missing.get(user) ?? 0) - 1;
      missing.set(user, left);
      if (left !== 0) continue;
      if (user.kind === 'choice') user.lean = next;
      ready.push(user);
    }
  }
}

function sizeOf(shape: Shape): number {
  switch (shape.kind) {
    case 'choice':
      return shape.lean?.size ?? Number.POSITIVE_INFINITY;
    case 'constant':
      return Math.min(...shape.values.slice(0, 64).map((value) => units(JSON.stringify(value))));
    case 'string':
      return 1 + shape.minLength / CHARACTERS_PER_UNIT;
    case 'object':
      return shape.properties.reduce(
        (sum, { name, shape: of, isRequired }) => sum + (isRequired ? of.size + units(name) : 0),
        1,
      );
    case 'array': {
      const fixed = shape.prefix.slice(0, shape.minItems);
      const rest = shape.minItems - fixed.length;
      const sum = fixed.reduce((before, of) => before + of.size, 1);
      return rest > 0 ? sum + rest * (shape.items?.size ?? 1) : sum;
    }
    default:
      return 1;
  }
}

function units(text: string): number {
  return text.length / CHARACTERS_PER_UNIT;
}
