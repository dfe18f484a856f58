import { assertNever } from '../assert.ts';
import { didYouMean, nearMisses } from './near-miss.ts';
import { isSecret, type NumberSetting, type Range, type Setting } from './setting.ts';

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
  switch (setting.kind) {
    case 'boolean':
      return parsed(setting, raw, booleanOf(raw));
    case 'number':
      return parsed(setting, raw, numberOf(setting, raw));
    case 'choice':
      return parseChoice(setting, raw);
    case 'text':
      return parsed(setting, raw, textOf(raw, setting.pattern));
    case 'list':
      return parseList(setting, raw);
    case 'keys':
      return parseKeys(raw, readFile);
    case 'rates':
      return parsed(setting, raw, ratesOf(raw));
    default:
      return assertNever(setting);
  }
}

/** Which values a setting takes, with article and unit: `an integer from 1 to 128 tokens`. */
function allowedValues(setting: Setting): string {
  switch (setting.kind) {
    case 'boolean':
      return 'true or false';
    case 'number':
      return `${setting.integer ? 'an integer' : 'a number'} ${rangeInWords(setting.range)}`;
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'text':
      return setting.allowed;
    case 'list': {
      const least = setting.minEntries > 0 ? ` of at least ${setting.minEntries}` : '';
      const of = setting.choices.length > 0 ? ` of ${setting.choices.join(', ')}` : '';
      return `a list${least}${of}`;
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
export function rangeInWords(range: Range): string {
  const unit = range.unit === undefined ? '' : ` ${range.unit}`;
  if (range.above !== undefined) return `above ${range.above}${unit}`;
  if (range.max === undefined) return `of at least ${range.min ?? 0}${unit}`;
  return `from ${range.min ?? 0} to ${range.max}${unit}`;
}

function parsed(setting: Setting, raw: unknown, value: SettingValue): Parsed {
  return value === undefined ? wrong(setting, raw) : { ok: true, value };
}

function wrong(setting: Setting, raw: unknown, hint = ''): Parsed {
  const got = isSecret(setting) ? '' : `, got ${shown(raw)}`;
  return { ok: false, problem: `must be ${allowedValues(setting)}${got}${hint}` };
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

function numberOf({ integer, range }: NumberSetting, raw: unknown): number | undefined {
  let value: number;
  if (typeof raw === 'number') value = raw;
  else if (typeof raw === 'string' && DECIMAL.test(raw.trim())) value = Number(raw);
  else return undefined;
  if (integer ? !Number.isSafeInteger(value) : !Number.isFinite(value)) return undefined;
  if (range.min !== undefined && value < range.min) return undefined;
  if (range.max !== undefined && value > range.max) return undefined;
  if (range.above !== undefined && value <= range.above) return undefined;
  // -0 would print as 0 and divide as minus infinity.
  return value + 0;
}

function textOf(raw: unknown, pattern: RegExp): string | undefined {
  if (typeof raw !== 'string') return undefined;
  const text = raw.trim();
  return pattern.test(text) ? text : undefined;
}

/** Letter case and `_` for `-` do not matter: `tier_1` is `tier-1`. */
function findChoice(raw: unknown, choices: readonly string[]): string | undefined {
  const wanted = foldCase(String(raw));
  return choices.find((each) => foldCase(each) === wanted);
}

function foldCase(text: string): string {
  return text.trim().toLowerCase().replaceAll('_', '-');
}

function parseChoice(setting: Extract<Setting, { kind: 'choice' }>, raw: unknown): Parsed {
  const value = findChoice(raw, setting.choices);
  if (value !== undefined) return { ok: true, value };
  return wrong(setting, raw, didYouMean(nearMisses(foldCase(String(raw)), setting.choices)));
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

function parseList(setting: Extract<Setting, { kind: 'list' }>, raw: unknown): Parsed {
  const entries = entriesOf(raw);
  if (entries === undefined || entries.length < setting.minEntries) return wrong(setting, raw);
  if (setting.choices.length === 0) return { ok: true, value: Object.freeze([...entries]) };
  const found: string[] = [];
  for (const entry of entries) {
    const choice = setting.choices.find((each) => foldCase(each) === foldCase(entry));
    if (choice === undefined) {
      return wrong(setting, entry, didYouMean(nearMisses(entry, setting.choices)));
    }
    found.push(choice);
  }
  return { ok: true, value: Object.freeze(found) };
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

function ratesOf(raw: unknown): Readonly<Record<string, number>> | undefined {
  const value = typeof raw === 'string' ? jsonOf(raw) : raw;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const rates: [string, number][] = [];
  for (const [path, rate] of Object.entries(value)) {
    if (!path.startsWith('/') || typeof rate !== 'number' || !(rate >= 0 && rate <= 1)) {
      return undefined;
    }
    rates.push([path, rate]);
  }
  return Object.freeze(Object.fromEntries(rates));
}
