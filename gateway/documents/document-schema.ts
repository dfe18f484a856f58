import { textOfFormat } from './format-text.ts';
import { textOfPattern } from './pattern-text.ts';
import {
  allowedBy,
  itemOf,
  keywordProblem,
  propertyOf,
  type Schema,
  type Type,
  typesOf,
  valuesOf,
} from './schema-keywords.ts';
import { isRecord, listOf, prefixOf, recordOf, SchemaMatch } from './schema-match.ts';
import { targetOf } from './schema-reference.ts';
import { measure, newShape, type Shape } from './shape.ts';

const SHAPES_MAX = 2000;
/** Keywords and members that are looked at. */
const WORK_MAX = 20_000;
/** What a shape costs as if it were keywords. */
const SHAPE_WORK = 12;
/** Units of the shortest document: values, or 16 characters each. */
const SIZE_MAX = 2000;

/** A schema that documents can be made of. */
export interface DocumentSchema {
  readonly shape: Shape;
  readonly match: SchemaMatch;
}

/**
 * Reads a JSON Schema. A string says why no document can be made of it, naming the keyword. Time
 * and memory are bounded whatever the schema.
 */
export function readSchema(schema: unknown): DocumentSchema | string {
  const reader = new SchemaReader(schema);
  const shape = reader.read();
  if (reader.problem !== undefined) return reader.problem;
  if (!Number.isFinite(shape.size)) {
    return `no finite document can satisfy it${reader.conflict === '' ? '' : `, see '${reader.conflict}'`}`;
  }
  if (shape.size > SIZE_MAX) return 'its shortest document is too long for this simulator';
  return { shape, match: reader.match };
}

/** The schemas that one value must keep to, and the alternatives of which one is to be chosen. */
interface Demand {
  readonly bases: ReadonlySet<Schema>;
  readonly groups: ReadonlySet<readonly unknown[]>;
  readonly isNever: boolean;
}

class SchemaReader {
  problem: string | undefined;
  /** The keyword that left no value. */
  conflict = '';
  readonly match: SchemaMatch;
  readonly #root: unknown;
  readonly #numbers = new Map<unknown, number>();
  readonly #shapes = new Map<string, Shape>();
  readonly #open: [Shape, Demand, Type | undefined][] = [];
  #work = 0;

  constructor(root: unknown) {
    this.#root = root;
    this.match = new SchemaMatch(root);
  }

  read(): Shape {
    const root = this.#shapeOf([this.#root]);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      if (this.problem !== undefined) break;
      const [shape, demand, type] = next;
      this.#fill(shape, demand, type);
    }
    if (this.problem === undefined) measure([...this.#shapes.values()]);
    return root;
  }

  #shapeOf(members: readonly unknown[]): Shape {
    return this.#shapeFor(this.#demandOf(new Set(), new Set(), members), undefined);
  }

  #shapeFor(demand: Demand, type: Type | undefined): Shape {
    const parts = [...demand.bases, ...demand.groups].map((part) => this.#numberOf(part));
    const key = `${parts.sort((a, b) => a - b).join()}${type ?? ''}${demand.isNever}`;
    this.#spend(parts.length + SHAPE_WORK);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const shape = newShape();
    this.#shapes.set(key, shape);
    if (this.#shapes.size > SHAPES_MAX) this.#fail('it is too complex for this simulator');
    else if (!demand.isNever) this.#open.push([shape, demand, type]);
    return shape;
  }

  #numberOf(part: unknown): number {
    let number = this.#numbers.get(part);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(part, number);
    }
    return number;
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work > WORK_MAX) this.#fail('it is too complex for this simulator');
  }

  #fail(problem: string): void {
    this.problem ??= problem;
  }

  /** Follows `$ref` and `allOf` from `members`. */
  #demandOf(
    before: ReadonlySet<Schema>,
    groupsBefore: ReadonlySet<readonly unknown[]>,
    members: readonly unknown[],
  ): Demand {
    const bases = new Set(before);
    const groups = new Set(groupsBefore);
    this.#spend(bases.size + groups.size);
    let isNever = false;
    const open = [...members];
    for (let member = open.pop(); open.length > 0 || member !== undefined; member = open.pop()) {
      if (this.problem !== undefined) break;
      if (member === undefined || member === true) continue;
      if (member === false) isNever = true;
      else if (!isRecord(member)) {
        this.#fail('a schema must be an object, true or false');
      } else if (!bases.has(member)) {
        const schema = member;
        this.#check(schema);
        bases.add(schema);
        if (typeof schema.$ref === 'string') open.push(this.#target(schema.$ref));
        open.push(...listOf(schema.allOf));
        for (const group of [schema.anyOf, schema.oneOf]) {
          if (Array.isArray(group)) groups.add(group);
        }
      }
    }
    return { bases, groups, isNever };
  }

  #target(reference: string): unknown {
    const target = targetOf(this.#root, reference);
    if (target === undefined) this.#fail(`'$ref' ${JSON.stringify(reference)} leads nowhere in it`);
    return target;
  }

  /** Whether the keywords of one schema are well formed, and supported. */
  #check(schema: Schema): void {
    this.#spend(1 + Object.keys(schema).length);
    const problem = keywordProblem(schema);
    if (problem !== undefined) this.#fail(problem);
  }

  #fill(shape: Shape, demand: Demand, type: Type | undefined): void {
    const bases = [...demand.bases];
    this.#spend(bases.length);
    const [group] = demand.groups;
    if (group !== undefined) {
      const rest = new Set(demand.groups);
      rest.delete(group);
      shape.kind = 'choice';
      shape.options = group.map((option) =>
        this.#shapeFor(this.#demandOf(demand.bases, rest, [option]), undefined),
      );
      return;
    }
    const allowed = allowedBy(bases);
    if (allowed !== undefined) {
      this.#spend(allowed.length);
      this.#fillConstant(shape, bases, allowed);
      return;
    }
    if (type !== undefined) {
      this.#fillTyped(shape, bases, type);
      return;
    }
    const types = typesOf(bases);
    const [only] = types;
    if (only !== undefined && types.length === 1) {
      this.#fillTyped(shape, bases, only);
      return;
    }
    if (types.length === 0) this.conflict = 'type';
    shape.kind = 'choice';
    shape.options = types.map((one) => this.#shapeFor(demand, one));
  }

  #fillConstant(shape: Shape, bases: readonly Schema[], allowed: readonly unknown[]): void {
    if (bases.some(({ pattern, format }) => pattern !== undefined || format !== undefined)) {
      this.#fail("'pattern' and 'format' beside 'enum' or 'const' are not supported");
      return;
    }
    // What the list itself asks for need not be looked up in it again.
    const rest = bases.map((base) => {
      if (base.enum !== allowed && !('const' in base && base.const === allowed[0])) return base;
      const { enum: _, const: __, ...others } = base;
      return others;
    });
    shape.values = allowed.filter((value) => {
      for (const base of rest) this.#spend(1 + listOf(base.enum).length);
      return this.problem === undefined && rest.every((base) => this.match.matches(value, base));
    });
    if (shape.values.length > 0) shape.kind = 'constant';
    else this.conflict = 'enum';
  }

  #fillTyped(shape: Shape, bases: readonly Schema[], type: Type): void {
    switch (type) {
      case 'integer':
      case 'number':
        this.#fillNumber(shape, bases, type === 'integer');
        return;
      case 'string':
        this.#fillString(shape, bases);
        return;
      case 'array':
        this.#fillArray(shape, bases);
        return;
      case 'object':
        this.#fillObject(shape, bases);
        return;
      default:
        shape.kind = type;
    }
  }

  #fillNumber(shape: Shape, bases: readonly Schema[], isInteger: boolean): void {
    const steps = bases.flatMap(({ multipleOf }) =>
      typeof multipleOf === 'number' ? [multipleOf] : [],
    );
    const whole = steps.filter((step) => Number.isInteger(step));
    const [fraction] = steps.filter((step) => !Number.isInteger(step) && !isInteger);
    if (steps.length > 1 && whole.length < steps.length) {
      this.#fail("'multipleOf' of fractions is supported once for a value");
    }
    const low = Math.max(...valuesOf(bases, 'minimum'), ...valuesOf(bases, 'exclusiveMinimum'));
    const high = Math.min(...valuesOf(bases, 'maximum'), ...valuesOf(bases, 'exclusiveMaximum'));
    const isNarrow = high - low < 0.1;
    const free = isInteger ? 1 : isNarrow ? Math.max((high - low) / 4, Number.MIN_VALUE) : 0.01;
    const step = fraction ?? (whole.length > 0 ? whole.reduce((a, b) => a * b) : free);
    const offset = steps.length === 0 && !isInteger && isNarrow;
    let first = Math.ceil(low / step);
    let last = Math.floor(high / step);
    if (valuesOf(bases, 'exclusiveMinimum').some((bound) => first * step <= bound)) first++;
    if (valuesOf(bases, 'exclusiveMaximum').some((bound) => last * step >= bound)) last--;
    if (offset && low === high) first = last = Math.round(low / step);
    if (!(first <= last)) {
      this.conflict = 'minimum';
      return;
    }
    const span = 1000 / Math.min(1, step);
    if (first === Number.NEGATIVE_INFINITY) first = Math.min(last - span, 0);
    if (last === Number.POSITIVE_INFINITY) last = Math.max(first + span, 0);
    if (last === Number.NEGATIVE_INFINITY || !Number.isFinite(last)) last = span;
    if (!Number.isFinite(first)) first = Math.min(0, last - span);
    shape.kind = 'number';
    shape.range = { step, low: first, high: last };
  }

  #fillString(shape: Shape, bases: readonly Schema[]): void {
    const patterns = [
      ...new Set(bases.flatMap(({ pattern }) => (typeof pattern === 'string' ? [pattern] : []))),
    ];
    const formats = [
      ...new Set(bases.flatMap(({ format }) => (typeof format === 'string' ? [format] : []))),
    ];
    shape.minLength = Math.max(0, ...valuesOf(bases, 'minLength'));
    shape.maxLength = Math.min(Number.POSITIVE_INFINITY, ...valuesOf(bases, 'maxLength'));
    if (formats.length > 1 || (formats.length === 0 && patterns.length > 1)) {
      this.#fail("more than one 'pattern' or 'format' for a text is not supported");
      return;
    }
    [shape.format] = formats;
    // Beside a format, a pattern says the same again, and often what cannot be written from it.
    if (shape.format === undefined) [shape.pattern] = patterns;
    const lean = shape.pattern !== undefined ? textOfPattern(shape.pattern, undefined) : undefined;
    if (shape.pattern !== undefined) {
      this.#spend(500);
      if (lean === undefined)
        this.#fail(`'pattern' ${JSON.stringify(shape.pattern)} is not supported`);
      shape.values = [lean];
    }
    if (shape.format !== undefined) {
      const text = textOfFormat(shape.format, undefined);
      if (text === undefined)
        this.#fail(`'format' ${JSON.stringify(shape.format)} is not supported`);
      shape.values = [text];
    }
    const [only] = shape.values;
    const fits = typeof only !== 'string' || isWithin(only, shape);
    if (!fits) this.#fail("'minLength' and 'maxLength' leave no text of its 'pattern' or 'format'");
    if (shape.minLength <= shape.maxLength) shape.kind = 'string';
    else this.conflict = 'minLength';
  }

  #fillArray(shape: Shape, bases: readonly Schema[]): void {
    shape.minItems = Math.max(0, ...valuesOf(bases, 'minItems'));
    shape.maxItems = Math.min(Number.POSITIVE_INFINITY, ...valuesOf(bases, 'maxItems'));
    shape.isUnique = bases.some(({ uniqueItems }) => uniqueItems === true);
    const length = Math.max(0, ...bases.map((base) => prefixOf(base).length));
    this.#spend(length * bases.length);
    for (let at = 0; at < length && this.problem === undefined; at++) {
      shape.prefix.push(this.#shapeOf(bases.map((base) => itemOf(base, at))));
    }
    shape.items = this.#shapeOf(bases.map((base) => itemOf(base, Number.POSITIVE_INFINITY)));
    if (shape.minItems > SIZE_MAX) this.#fail(`'minItems' is above ${SIZE_MAX}`);
    if (shape.minItems <= shape.maxItems) shape.kind = 'array';
    else this.conflict = 'minItems';
  }

  #fillObject(shape: Shape, bases: readonly Schema[]): void {
    shape.kind = 'object';
    const required = new Set(bases.flatMap((base) => listOf(base.required)));
    const names = new Set<unknown>([
      ...bases.flatMap((base) => Object.keys(recordOf(base.properties))),
      ...required,
    ]);
    this.#spend(names.size * bases.length);
    if (this.problem !== undefined) return;
    for (const name of names) {
      if (typeof name !== 'string') continue;
      const of = this.#shapeOf(bases.map((base) => propertyOf(base, name)));
      if (this.problem !== undefined) return;
      shape.properties.push({ name, shape: of, isRequired: required.has(name) });
    }
    const isRecord = bases.some((base) => typeof base.additionalProperties === 'object');
    if (names.size === 0 && isRecord) {
      shape.extra = this.#shapeOf(bases.map((base) => base.additionalProperties));
    }
  }
}

export function isWithin(text: string, { minLength, maxLength }: Shape): boolean {
  return text.length >= minLength && text.length <= maxLength;
}
