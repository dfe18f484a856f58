import { didYouMean, nearMisses } from './near-miss.ts';
import { ENV_PREFIX, type NamedSetting, SECTIONS, SETTINGS, upperSnake } from './settings.ts';

/** A value as one source gives it, not parsed yet. */
export interface Entry {
  readonly setting: NamedSetting;
  /** How the source calls the setting: `FAKEAI_PORT`, `--port`, `fakeai.yaml: server.port`. */
  readonly spelled: string;
  readonly raw: unknown;
}

/** What one source says, and what is wrong with how it says it. */
export interface Entries {
  readonly entries: Entry[];
  readonly problems: string[];
  readonly warnings: string[];
}

/** A flag as given: its name with `--`, and its value; `true` or `false` for a bare switch. */
export interface Flag {
  readonly flag: string;
  readonly value: unknown;
}

/** The variable that names a configuration file; it is no setting. */
export const CONFIG_FILE_ENV = `${ENV_PREFIX}CONFIG_FILE`;
export const CONFIG_FILE_FLAG = '--config-file';

/** Names of old documents that never worked, and what does. `undefined`: nothing can. */
export const REPLACED_NAMES: ReadonlyMap<string, string | undefined> = new Map([
  ['REQUESTS_PER_MINUTE', 'RATE_LIMIT_RPM'],
  ['TTFT_VARIANCE_PCT', 'TTFT_VARIANCE_PERCENT'],
  ['ITL_VARIANCE_PCT', 'ITL_VARIANCE_PERCENT'],
  ['TOKEN_DELAY', 'ITL_MS'],
  ['CACHE_TTL', 'CACHE_TTL_SECONDS'],
  ['CACHE_ENABLED', 'ENABLE_PROMPT_CACHING'],
  ['API_KEY', 'API_KEYS'],
  ['SECURITY_ENABLED', 'ENABLE_SECURITY'],
  ['METRICS_ENABLED', 'ENABLE_METRICS'],
  ['METRICS_WINDOW_SIZE', 'METRICS_WINDOW_SECONDS'],
  ['ERROR_INJECTION', 'ERROR_INJECTION_ENABLED'],
  ['ABUSE_DETECTION', 'ENABLE_ABUSE_DETECTION'],
  ['INJECTION_DETECTION', 'ENABLE_INJECTION_DETECTION'],
  ['REDIS_URL', 'RATE_LIMIT_REDIS_URL'],
  ['HTTP2', undefined],
]);

/** One style of writing setting names: how a source spells them, and how it spells old ones. */
interface Spelling {
  readonly known: ReadonlyMap<string, NamedSetting>;
  readonly spell: (upperSnakeName: string) => string;
}

const FLAG_SPELLING: Spelling = {
  known: new Map(SETTINGS.flatMap((named) => flagsOf(named).map((flag) => [flag, named]))),
  spell: (name) => `--${name.toLowerCase().replaceAll('_', '-')}`,
};

const ENV_SPELLING: Spelling = {
  known: new Map(
    SETTINGS.flatMap((named) => [
      [named.env, named],
      [named.nestedEnv, named],
    ]),
  ),
  spell: (name) => ENV_PREFIX + name,
};

/** Keys of a file, nested ones with a dot. */
const FILE_SPELLING: Spelling = {
  known: new Map(
    SETTINGS.flatMap((named) => [
      [fileKey(named.env), named],
      [fileKey(named.nestedEnv), named],
    ]),
  ),
  spell: (name) => name.toLowerCase(),
};

/** `FAKEAI_KV_CACHE__BLOCK_SIZE` to `kv_cache.block_size`, the key of a file. */
export function fileKey(env: string): string {
  return env.slice(ENV_PREFIX.length).replace('__', '.').toLowerCase();
}

/** Every flag of a setting, its `--no-` forms left out. */
export function flagsOf({ flag, setting }: NamedSetting): readonly string[] {
  return [flag, ...(setting.aliases ?? []).map((alias) => `--${alias}`)];
}

export function entriesOfFlags(flags: readonly Flag[]): Entries {
  const found: Entries = { entries: [], problems: [], warnings: [] };
  for (const { flag, value } of flags) {
    const shorthand = SHORTHANDS.get(flag);
    if (shorthand !== undefined) shorthand(found, flag, value);
    else if (flag.startsWith('--no-') && value !== false) {
      found.problems.push(`${flag} takes no value`);
    } else addEntry(found, FLAG_SPELLING, flag.replace(/^--no-/, '--'), flag, value);
  }
  return found;
}

type Shorthand = (found: Entries, flag: string, value: unknown) => void;

/** Flags that stand for something else than one setting. */
const SHORTHANDS: ReadonlyMap<string, Shorthand> = new Map<string, Shorthand>([
  ['--ttft', (found, flag, value) => addLatency(found, flag, value, 'TTFT')],
  ['--itl', (found, flag, value) => addLatency(found, flag, value, 'ITL')],
  [
    '--api-key',
    (found, flag, value) => {
      addEntry(found, FLAG_SPELLING, '--api-keys', flag, value);
      addEntry(found, FLAG_SPELLING, '--require-api-key', flag, true);
    },
  ],
  [
    '--loop',
    (found) => found.warnings.push('--loop has no effect: the event loop is that of Node.js.'),
  ],
]);

/** `20:10`: mean in milliseconds, and variance in percent, 10 if left out. */
function addLatency(found: Entries, flag: string, value: unknown, what: string): void {
  const [mean, percent = '10', ...rest] = String(value).split(':');
  if (rest.length > 0) found.problems.push(`${flag} must be ms or ms:percent, got "${value}"`);
  const lower = what.toLowerCase();
  addEntry(found, FLAG_SPELLING, `--${lower}-ms`, flag, mean);
  addEntry(found, FLAG_SPELLING, `--${lower}-variance-percent`, flag, percent);
}

/**
 * What Kubernetes puts into the environment of every pod for a service called `fakeai`. It is no
 * mistake of the user's, and must not stop the start.
 */
const SERVICE_LINK = /^FAKEAI_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_[A-Z]+(_[A-Z]+)?)$/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/** Reads every `FAKEAI_` name, in any letter case. An empty value counts as not given. */
export function entriesOfEnv(env: Readonly<Record<string, string | undefined>>): Entries {
  const found: Entries = { entries: [], problems: [], warnings: [] };
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    if (!upper.startsWith(ENV_PREFIX) || upper === CONFIG_FILE_ENV) continue;
    if (SERVICE_LINK.test(upper)) continue;
    if (upper === 'FAKEAI_PORT' && SERVICE_ADDRESS.test(value ?? '')) {
      found.warnings.push(
        `${name}=${value} is the address of a Kubernetes service and is ignored; ` +
          'FAKEAI_SERVER__PORT or --port set the port.',
      );
      continue;
    }
    const raw = value === undefined || value.trim() === '' ? undefined : value;
    addEntry(found, ENV_SPELLING, upper, name, raw);
  }
  return found;
}

/** Reads a parsed YAML or JSON document of flat or nested keys. `null` counts as not given. */
export function entriesOfFile(fileName: string, document: unknown): Entries {
  const found: Entries = { entries: [], problems: [], warnings: [] };
  if (document === null || document === undefined) return found;
  if (!isMapping(document)) {
    found.problems.push(`${fileName} must hold a mapping of settings`);
    return found;
  }
  for (const [key, value] of Object.entries(document)) {
    const name = upperSnake(key).toLowerCase();
    const spelled = `${fileName}: ${key}`;
    const isSection = SECTIONS.some((section) => section.id.toLowerCase() === name);
    if (!isSection || (!isMapping(value) && FILE_SPELLING.known.has(name))) {
      addEntry(found, FILE_SPELLING, name, spelled, value ?? undefined);
    } else if (isMapping(value)) {
      for (const [inner, innerValue] of Object.entries(value)) {
        const nested = `${name}.${upperSnake(inner).toLowerCase()}`;
        addEntry(found, FILE_SPELLING, nested, `${spelled}.${inner}`, innerValue ?? undefined);
      }
    } else if (value !== null) {
      found.problems.push(`${spelled} must hold a mapping of settings`);
    }
  }
  return found;
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function addEntry(
  found: Entries,
  spelling: Spelling,
  name: string,
  spelled: string,
  raw: unknown,
): void {
  const setting = spelling.known.get(name);
  if (setting === undefined) found.problems.push(unknownName(spelling, name, spelled));
  else if (raw !== undefined) found.entries.push({ setting, spelled, raw });
}

function unknownName(spelling: Spelling, name: string, spelled: string): string {
  for (const [old, replacement] of REPLACED_NAMES) {
    if (spelling.spell(old) !== name) continue;
    if (replacement === undefined) {
      return `${spelled} cannot be had: the HTTP library has no HTTP/2, use HTTP/1.1`;
    }
    return `${spelled} is not a setting; use ${spelling.spell(replacement)}`;
  }
  const nested = NESTED.test(name);
  const candidates = [...spelling.known.keys()].filter((known) => NESTED.test(known) === nested);
  return `${spelled} is not a setting${didYouMean(nearMisses(name, candidates))}`;
}

/** What only nested names have. */
const NESTED = /__|\./;
