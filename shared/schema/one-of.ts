import { KindGuard, type SchemaOptions, type TSchema, type TUnsafe, Type } from '@sinclair/typebox';

/** The schema of one of some names. */
export function oneOf<const Name extends string>(
  names: readonly Name[],
  options: SchemaOptions = {},
): TUnsafe<Name> {
  const literals = names.map((name) => Type.Literal(name));
  return Type.Unsafe<Name>(Type.Union(literals, options));
}

/** The names of which a value of `schema` is one; none where that is no matter of names. */
export function namesOf(schema: TSchema): readonly string[] {
  if (KindGuard.IsLiteral(schema)) return [String(schema.const)];
  return KindGuard.IsUnion(schema) ? schema.anyOf.flatMap(namesOf) : [];
}
