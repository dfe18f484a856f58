import { problemsBetween, warningsAbout } from './config/checks.ts';
import {
  type Entries,
  entriesOfEnv,
  entriesOfFile,
  entriesOfFlags,
  type Flag,
} from './config/entries.ts';
import { parseValue, type ReadFile, type SettingValue } from './config/parse-value.ts';
import { isSecret } from './config/setting.ts';
import {
  type SettingName,
  type Settings,
  type SettingSources,
  SETTINGS,
  type Source,
} from './config/settings.ts';

export type { Settings, SettingSources } from './config/settings.ts';

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
  const problems: string[] = [];
  const failed = new Set<SettingName>();
  for (const [source, entries] of ranked) {
    problems.push(...entries.problems);
    for (const [name, value] of valuesOf(entries, readFile, problems, failed)) {
      if (values.has(name)) continue;
      values.set(name, value);
      origins.set(name, source);
    }
  }
  // Each value has passed its setting's parser, or is its default: the table's type holds.
  const settings = complete((name, fallback) =>
    values.has(name) ? values.get(name) : fallback,
  ) as Settings;
  const sources = complete((name) => origins.get(name) ?? 'default') as SettingSources;
  problems.push(...problemsBetween(settings, failed));
  if (problems.length > 0) return { ok: false, problems };
  const warnings = ranked.flatMap(([, entries]) => entries.warnings);
  return {
    ok: true,
    settings,
    sources,
    warnings: [...warnings, ...warningsAbout(settings, sources)],
  };
}

/** Parses the entries of one source; two spellings of one setting must agree. */
function valuesOf(
  { entries }: Entries,
  readFile: ReadFile,
  problems: string[],
  failed: Set<SettingName>,
): ReadonlyMap<SettingName, SettingValue> {
  const values = new Map<SettingName, SettingValue>();
  const spellings = new Map<SettingName, string>();
  for (const { setting: named, spelled, raw } of entries) {
    const parsed = parseValue(named.setting, raw, readFile);
    if (!parsed.ok) {
      problems.push(`${spelled} ${parsed.problem}`);
      failed.add(named.name);
      continue;
    }
    const other = spellings.get(named.name);
    if (other !== undefined && !sameValue(values.get(named.name), parsed.value)) {
      problems.push(`${other} and ${spelled} are the same setting, but their values differ`);
    }
    values.set(named.name, parsed.value);
    spellings.set(named.name, spelled);
  }
  return values;
}

function sameValue(a: SettingValue, b: SettingValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function complete(
  value: (name: SettingName, fallback: SettingValue) => SettingValue,
): Readonly<Record<SettingName, SettingValue>> {
  const entries = SETTINGS.map(({ name, setting }) => [name, value(name, setting.default)]);
  return Object.freeze(Object.fromEntries(entries));
}

/** The settings with every secret replaced, fit to be shown. */
export function maskSecrets(settings: Settings): Readonly<Record<SettingName, SettingValue>> {
  const masked = (value: SettingValue) => (Array.isArray(value) ? value.map(() => MASK) : MASK);
  const entries = SETTINGS.map(({ name, setting }) => {
    const value: SettingValue = settings[name];
    return [name, isSecret(setting) && value !== undefined ? masked(value) : value];
  });
  return Object.freeze(Object.fromEntries(entries));
}

const MASK = '********';

/** How many threads run the workers on a machine of so many cores. */
export function threads(settings: Settings, cores: number): number {
  const wanted = settings.threads === 0 ? Math.min(32, 2 * cores) : settings.threads;
  return Math.min(settings.kvCacheNumWorkers, wanted);
}
