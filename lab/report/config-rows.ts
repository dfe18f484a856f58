/** Longest list that is shown in full. */
const LIST_MAX = 32;

/** Name and value of every field of a configuration, nested ones by their path. */
export function configRows(config: object): [name: string, value: string][] {
  return Object.entries(config).flatMap(([name, value]) => fieldRows(name, value));
}

function fieldRows(name: string, value: unknown): [name: string, value: string][] {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) {
    const shown = value.slice(0, LIST_MAX).join(', ');
    return [[name, value.length > LIST_MAX ? `${shown} … (${value.length})` : shown]];
  }
  if (typeof value !== 'object' || value === null) return [[name, String(value ?? 'none')]];
  return Object.entries(value).flatMap(([field, inner]) => fieldRows(`${name}.${field}`, inner));
}
