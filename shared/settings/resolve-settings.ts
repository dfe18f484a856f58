import { assert } from '../assert.ts';
import { problemsBetween, warningsAbout } from './checks.ts';
import { type Entries, entriesOfEnv, entriesOfFile, entriesOfFlags, type Flag } from './entries.ts';
import { parseValue, type ReadFile, type SettingValue, sameValue } from './parse-value.ts';
import { isSecret, type Setting } from './setting.ts';
import {
  SETTINGS,
  type SettingName,
  type SettingSources,
  type Settings,
  type Source,
} from './settings.ts';

export type { SettingSources, Settings } from './settings.ts';

/** The three sources of settings, as they are found. */
export interface SettingInputs {
  readonly flags: readonly Flag[];
  /** The whole environment; only `FAKEAI_` names are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A parsed configuration file. */
  readonly file?: { readonly name: string; readonly document: unknown } | undefined;
  /** Reads key files. Without it, an entry of a list of keys is always a key. */
  readonly readFile?: ReadFile;
}

export type ResolvedSettings =
  | {
      readonly ok: true;
      readonly settings: Settings;
      readonly sources: SettingSources;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Settles every setting: flags over environment over file over defaults. Reports all problems of
 * all sources at once, also of values that another source overrides.
 */
export function resolveSettings(inputs: SettingInputs): ResolvedSettings {
  const { flags, env, file, readFile = () => ({ kind: 'missing' }) } = inputs;
  const ranked: readonly (readonly [Source, Entries])[] = [
    ['flag', entriesOfFlags(flags)],
    ['env', entriesOfEnv(env)],
    ...(file === undefined ? [] : [['file', entriesOfFile(file.name, file.document)] as const]),
  ];
  const values = new Map<SettingName, SettingValue>();
  const origins = new Map<SettingName, Source>();
  const spellings = new Map<SettingName, string>();
  const problems: string[] = [];
  const failed = new Set<SettingName>();
  for (const [source, entries] of ranked) {
    problems.push(...entries.problems);
    for (const [name, { value, spelled }] of valuesOf(entries, readFile, problems, failed)) {
      if (values.has(name)) continue;
      values.set(name, value);
      origins.set(name, source);
      spellings.set(name, spelled);
    }
  }
  const settings = everySetting((name, setting) =>
    values.has(name) ? values.get(name) : setting.default,
  );
  const sources = everySetting((name) => origins.get(name) ?? 'default');
  assertParsed(settings);
  problems.push(...problemsBetween(settings, failed, spellings));
  if (problems.length > 0) return { ok: false, problems };
  const warnings = ranked.flatMap(([, entries]) => entries.warnings);
  return {
    ok: true,
    settings,
    sources,
    warnings: [...warnings, ...warningsAbout(settings, sources)],
  };
}

/** A value, and how its source calls the setting. */
interface Given {
  readonly value: SettingValue;
  readonly spelled: string;
}

/** Parses the entries of one source; two spellings of one setting must agree. */
function valuesOf(
  { entries }: Entries,
  readFile: ReadFile,
  problems: string[],
  failed: Set<SettingName>,
): ReadonlyMap<SettingName, Given> {
  const values = new Map<SettingName, Given>();
  for (const { setting: named, spelled, raw } of entries) {
    const parsed = parseValue(named.setting, raw, readFile);
    if (!parsed.ok) {
      problems.push(`${spelled} ${parsed.problem}`);
      failed.add(named.name);
      continue;
    }
    const other = values.get(named.name);
    if (other !== undefined && !sameValue(other.value, parsed.value)) {
      problems.push(
        `${other.spelled} and ${spelled} are the same setting, but their values differ`,
      );
    }
    values.set(named.name, { value: parsed.value, spelled });
  }
  return values;
}

/** A frozen record with one value for each setting. */
function everySetting<T>(
  value: (name: SettingName, setting: Setting) => T,
): Readonly<Record<SettingName, T>> {
  const record = Object.fromEntries(
    SETTINGS.map(({ name, setting }) => [name, value(name, setting)]),
  );
  assertEvery(record);
  return Object.freeze(record);
}

function assertEvery<T>(record: Record<string, T>): asserts record is Record<SettingName, T> {
  assert(
    SETTINGS.every(({ name }) => Object.hasOwn(record, name)),
    'every setting is settled',
  );
}

/** Each value is its setting's default or has passed its parser, which is what `Settings` says. */
function assertParsed(
  values: Readonly<Record<SettingName, SettingValue>>,
): asserts values is Settings {
  for (const { name, setting } of SETTINGS) {
    const { default: fallback } = setting;
    const sameType = fallback === undefined || typeof values[name] === typeof fallback;
    assert(sameType, `${name} has the type of its default`);
  }
}

/** The settings with every secret replaced, fit to be shown. */
export function maskSecrets(settings: Settings): Readonly<Record<SettingName, SettingValue>> {
  return everySetting((name, setting) => {
    const value: SettingValue = settings[name];
    if (!isSecret(setting) || value === undefined) return value;
    return Array.isArray(value) ? value.map(() => MASK) : MASK;
  });
}

const MASK = '********';

/** How many threads run the workers on a machine of so many cores. */
export function threads(settings: Settings, cores: number): number {
  const wanted = settings.threads === 0 ? Math.min(32, 2 * cores) : settings.threads;
  return Math.min(settings.kvCacheNumWorkers, wanted);
}
