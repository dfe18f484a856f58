import { hashedEntries } from '../gateway/policy/api-keys.ts';
import { securityOf } from '../gateway/policy/security.ts';
import { CONFIG_FILE_ENV } from '../shared/settings/entries.ts';
import type { ReadFile } from '../shared/settings/parse-value.ts';
import {
  type ResolvedSettings,
  resolveSettings,
  type Settings,
} from '../shared/settings/resolve-settings.ts';
import type { GivenFlags } from './setting-flags.ts';

/** Where a configuration file is looked for when none is named; the first that exists is read. */
export const DEFAULT_CONFIG_FILES = ['fakeai.yaml', 'fakeai.yml', 'fakeai.json'] as const;

export type LoadedSettings =
  | (Extract<ResolvedSettings, { ok: true }> & { readonly configFile: string | undefined })
  | Extract<ResolvedSettings, { ok: false }>;

/** Settings from the command line, the environment and the configuration file. */
export async function loadSettings(
  given: GivenFlags,
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
): Promise<LoadedSettings> {
  const { file, problem } = await configFile(given.configFile ?? nameInEnv(env), readFile);
  const resolved = resolveSettings({ flags: given.flags, env, file, readFile });
  const problems = given.unexpected.map((arg) => `unexpected argument ${JSON.stringify(arg)}`);
  if (problem !== undefined) problems.push(problem);
  if (!resolved.ok) problems.push(...resolved.problems);
  if (!resolved.ok || problems.length > 0) return { ok: false, problems };
  return { ...resolved, settings: withHashes(resolved.settings), configFile: file?.name };
}

/** With the hashes of all keys alone, where the settings say so. */
function withHashes(settings: Settings): Settings {
  if (!securityOf(settings).hashesKeys) return settings;
  return Object.freeze({
    ...settings,
    apiKeys: Object.freeze(hashedEntries(settings.apiKeys)),
    adminApiKeys: Object.freeze(hashedEntries(settings.adminApiKeys)),
  });
}

function nameInEnv(env: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const [name, value] of Object.entries(env)) {
    if (name.toUpperCase() === CONFIG_FILE_ENV && value !== undefined && value !== '') return value;
  }
  return undefined;
}

interface ConfigFile {
  readonly file?: { readonly name: string; readonly document: unknown };
  readonly problem?: string;
}

async function configFile(named: string | undefined, readFile: ReadFile): Promise<ConfigFile> {
  for (const name of named === undefined ? DEFAULT_CONFIG_FILES : [named]) {
    const content = readFile(name);
    if (content.kind === 'unreadable') {
      return { problem: `the configuration file ${name} cannot be read: ${content.reason}` };
    }
    if (content.kind === 'text') return parseDocument(name, content.text);
  }
  return named === undefined ? {} : { problem: `there is no configuration file ${named}` };
}

async function parseDocument(name: string, text: string): Promise<ConfigFile> {
  try {
    return { file: { name, document: await documentOf(name, text) } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = message.split('\n')[0]?.replace(/:$/, '');
    return { problem: `${name} cannot be parsed: ${reason}` };
  }
}

async function documentOf(name: string, text: string): Promise<unknown> {
  if (name.endsWith('.json')) return JSON.parse(text);
  // Loaded only when needed: it would add a tenth to the time that a start takes.
  const { parse } = await import('yaml');
  return parse(text, { logLevel: 'error' });
}
