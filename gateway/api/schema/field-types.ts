import {
  type SchemaOptions,
  type Static,
  type TObject,
  type TOptional,
  type TSchema,
  type TUnsafe,
  Type,
} from '@sinclair/typebox';

/**
 * The kinds of fields that bodies have beside those of the library. Annotations of our own say what
 * errors tell a client: `x-type` what a value has to be, where its JSON type does not say enough,
 * and `x-expected` what to add, or to send in place of a wrong value.
 */

/** A field that may be left out; `null` says the same. */
export function optional<T extends TSchema>(
  schema: T,
  options: SchemaOptions = {},
): TOptional<TUnsafe<Static<T> | null>> {
  return Type.Optional(nullable(schema, options));
}

function nullable<T extends TSchema>(
  schema: T,
  options: SchemaOptions = {},
): TUnsafe<Static<T> | null> {
  return Type.Unsafe<Static<T> | null>(Type.Union([schema, Type.Null()], options));
}

/** One of several kinds of objects, told apart by the names that `tag` has in them. */
export function tagged<Variants extends readonly TSchema[]>(
  tag: string,
  variants: Variants,
): TUnsafe<Static<Variants[number]>> {
  const union = Type.Union([...variants], { discriminator: { propertyName: tag } });
  return Type.Unsafe<Static<Variants[number]>>(union);
}

/** An object of which a client chooses the names. As a value `null` is as good as none. */
export function pairs(value: TSchema, limits: PairLimits = {}): TSchema {
  const { pairsMax, nameLengthMax = '' } = limits;
  return Type.Record(Type.String({ pattern: `^[\\s\\S]{0,${nameLengthMax}}$` }), nullable(value), {
    additionalProperties: false,
    ...(pairsMax === undefined ? {} : { maxProperties: pairsMax }),
    'x-expected': `at most ${pairsMax} pairs`,
    'x-expected-name': `keys of at most ${nameLengthMax} characters`,
  });
}

interface PairLimits {
  readonly pairsMax?: number;
  readonly nameLengthMax?: number;
}

/** `fields`, of which one of `names` at least has a value. If none has, `expected` is missing. */
export function withOneOf<T extends TObject>(
  fields: T,
  names: readonly string[],
  expected: string,
  options: SchemaOptions = {},
): TUnsafe<Static<T>> {
  const given = Type.Not(Type.Null(), { 'x-expected': expected });
  const one = Type.Union(names.map((name) => Type.Object({ [name]: given })));
  return Type.Unsafe<Static<T>>(Type.Intersect([one, fields], options));
}
