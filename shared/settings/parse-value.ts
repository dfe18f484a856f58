import { Check } from '@sinclair/typebox/value';
import { assertNever } from '../assert.ts';
import { namesOf } from '../schema/one-of.ts';
import { didYouMean, nearMisses } from './near-miss.ts';
import { isSecret, type NumberSetting, type Setting } from './setting.ts';

export type SettingValue =
  | boolean
  | number
  | string
  | readonly string[]
  | Readonly<Record<string, number>>
  | undefined;

export function sameValue(a: SettingValue, b: SettingValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A problem is the end of a sentence that starts with the setting's name. */
export type Parsed =
  | { readonly ok: true; readonly value: SettingValue }
  | { readonly ok: false; readonly problem: string };

/** What is at a path: a text, something that cannot be read and why, or nothing. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'missing' };

export type ReadFile = (path: string) => FileContent;

/**
 * The value that `raw` stands for: text from the environment or a flag, or a typed value from a
 * file, where text is fine too.
 */
export function parseValue(setting: Setting, raw: unknown, readFile: ReadFile): Parsed {
  if (setting.kind === 'keys') return parseKeys(raw, readFile);
  const value = typedValue(setting, raw);
  if (Check(setting.schema, value)) return { ok: true, value: Object.freeze(value) };
  if (setting.kind === 'choice') {
    return wrong(setting, raw, hint(foldCase(String(raw)), namesOf(setting.schema)));
  }
  if (setting.kind === 'list' && Array.isArray(value)) {
    const names = namesOf(setting.schema.items);
    const stray = value.find((entry) => names.length > 0 && !names.includes(entry));
    if (stray !== undefined) return wrong(setting, stray, hint(stray, names));
  }
  return wrong(setting, raw);
}

/** `raw` as the type that the setting has; whatever cannot be that is undefined. */
function typedValue(setting: Setting, raw: unknown): unknown {
  switch (setting.kind) {
    case 'boolean':
      return booleanOf(raw);
    case 'number':
      return numberOf(raw, setting.schema.type);
    case 'choice':
      return nameOf(raw, namesOf(setting.schema));
    case 'text':
      return typeof raw === 'string' ? raw.trim() : undefined;
    case 'list':
    case 'keys': {
      const names = namesOf(setting.schema.items);
      return entriesOf(raw)?.map((entry) => nameOf(entry, names) ?? entry);
    }
    case 'rates':
      return ratesOf(raw);
    default:
      return assertNever(setting);
  }
}

/** Which values a setting takes, with article and unit: `an integer from 1 to 128 tokens`. */
function allowedValues(setting: Setting): string {
  switch (setting.kind) {
    case 'boolean':
      return 'true or false';
    case 'number': {
      const { schema } = setting;
      return `${schema.type === 'integer' ? 'an integer' : 'a number'} ${rangeInWords(schema)}`;
    }
    case 'choice':
      return `one of ${namesOf(setting.schema).join(', ')}`;
    case 'text':
      return setting.schema['x-type'];
    case 'list': {
      const { minItems, items } = setting.schema;
      const names = namesOf(items);
      const least = minItems === undefined ? '' : ` of at least ${minItems}`;
      return `a list${least}${names.length > 0 ? ` of ${names.join(', ')}` : ''}`;
    }
    case 'keys':
      return 'a list of keys of at least 8 characters, sha256: hashes or key files';
    case 'rates':
      return 'a JSON object of paths to numbers from 0 to 1';
    default:
      return assertNever(setting);
  }
}

/** `from 1 to 128 tokens` */
export function rangeInWords(schema: NumberSetting['schema']): string {
  const { minimum = 0, maximum, exclusiveMinimum } = schema;
  const unit = schema['x-unit'] === undefined ? '' : ` ${schema['x-unit']}`;
  if (exclusiveMinimum !== undefined) return `above ${exclusiveMinimum}${unit}`;
  if (maximum === undefined) return `of at least ${minimum}${unit}`;
  return `from ${minimum} to ${maximum}${unit}`;
}

function hint(got: string, names: readonly string[]): string {
  return didYouMean(nearMisses(got, names));
}

function wrong(setting: Setting, raw: unknown, ending = ''): Parsed {
  const got = isSecret(setting) ? '' : `, got ${shown(raw)}`;
  return { ok: false, problem: `must be ${allowedValues(setting)}${got}${ending}` };
}

const LONGEST_SHOWN = 60;

function shown(raw: unknown): string {
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}...`;
}

function booleanOf(raw: unknown): boolean | undefined {
  if (/^(true|1|yes|on)$/i.test(String(raw))) return true;
  if (/^(false|0|no|off)$/i.test(String(raw))) return false;
  return undefined;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function numberOf(raw: unknown, type: 'integer' | 'number'): number | undefined {
  let value: number;
  if (typeof raw === 'number') value = raw;
  else if (typeof raw === 'string' && DECIMAL.test(raw.trim())) value = Number(raw);
  else return undefined;
  // Larger integers are not what was written.
  if (type === 'integer' && !Number.isSafeInteger(value)) return undefined;
  // -0 would print as 0 and divide as minus infinity.
  return value + 0;
}

/** Letter case and `_` for `-` do not matter: `tier_1` is `tier-1`. */
function nameOf(raw: unknown, names: readonly string[]): string | undefined {
  const wanted = foldCase(String(raw));
  return names.find((name) => foldCase(name) === wanted);
}

function foldCase(text: string): string {
  return text.trim().toLowerCase().replaceAll('_', '-');
}

/** Entries of a list, a JSON array or a comma-separated text. */
function entriesOf(raw: unknown): readonly string[] | undefined {
  let entries = raw;
  if (typeof raw === 'string') {
    entries = raw.trim().startsWith('[') ? jsonOf(raw) : raw.split(',');
  }
  if (!Array.isArray(entries) || !entries.every((each) => typeof each === 'string')) {
    return undefined;
  }
  return entries.map((entry: string) => entry.trim()).filter((entry) => entry !== '');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SHORTEST_KEY = 8;

function parseKeys(raw: unknown, readFile: ReadFile): Parsed {
  const entries = entriesOf(raw);
  if (entries === undefined) return { ok: false, problem: 'must be a list of keys or key files' };
  const found: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const problem = addKeys(entry, readFile, found);
    if (problem !== undefined) return { ok: false, problem: `entry ${index + 1} ${problem}` };
  }
  return { ok: true, value: Object.freeze(found) };
}

/** Adds the key, or the keys of the file, that `entry` stands for. No message shows a key. */
function addKeys(entry: string, readFile: ReadFile, found: string[]): string | undefined {
  const file = readFile(entry);
  if (file.kind === 'unreadable') return `is a key file that cannot be read: ${file.reason}`;
  if (file.kind === 'missing') {
    if (/^(~|\.{0,2})\//.test(entry)) return 'looks like a path, but there is no such file';
    found.push(entry);
    return problemOfKey(entry);
  }
  for (const [index, line] of file.text.split('\n').entries()) {
    const key = line.trim();
    if (key === '' || key.startsWith('#')) continue;
    const problem = problemOfKey(key);
    if (problem !== undefined) return `is a key file whose line ${index + 1} ${problem}`;
    found.push(key);
  }
  return undefined;
}

function problemOfKey(key: string): string | undefined {
  if (key.startsWith('sha256:') && !/^sha256:[0-9a-f]{64}$/i.test(key)) {
    return 'must have 64 hexadecimal digits after sha256:';
  }
  if (key.length < SHORTEST_KEY) return `must have at least ${SHORTEST_KEY} characters`;
  if (/\s/.test(key)) return 'must not contain white space';
  return undefined;
}

function ratesOf(raw: unknown): unknown {
  const value = typeof raw === 'string' ? jsonOf(raw) : raw;
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMapping ? { ...value } : undefined;
}
