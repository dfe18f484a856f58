import { assert } from '../assert.ts';
import { ENGINE, GENERATION, KV_CACHE, ROUTER } from './engine-settings.ts';
import { FEATURES, MODELS, STORAGE } from './feature-settings.ts';
import { AUTH, METRICS, RATE_LIMITS, SECURITY, SERVER } from './service-settings.ts';
import type { Setting } from './setting.ts';

const TABLE = {
  ...SERVER,
  ...KV_CACHE,
  ...ROUTER,
  ...ENGINE,
  ...GENERATION,
  ...MODELS,
  ...FEATURES,
  ...AUTH,
  ...RATE_LIMITS,
  ...SECURITY,
  ...METRICS,
  ...STORAGE,
};

export type SettingName = keyof typeof TABLE;

/** Every resolved setting, frozen. Durations and sizes carry their unit in the name. */
export type Settings = { readonly [Name in SettingName]: (typeof TABLE)[Name]['default'] };

/** Where a value came from; anything but `default` is explicit. */
export type Source = 'flag' | 'env' | 'file' | 'default';
export type SettingSources = { readonly [Name in SettingName]: Source };

/** One setting with all its names. */
export interface NamedSetting {
  readonly name: SettingName;
  readonly setting: Setting;
  /** `FAKEAI_KV_CACHE_BLOCK_SIZE` */
  readonly env: string;
  /** `FAKEAI_KV_CACHE__BLOCK_SIZE` */
  readonly nestedEnv: string;
  /** `--kv-cache-block-size` */
  readonly flag: string;
}

/** A group of settings; `id` is its name in nested names and, in lower case, in a file. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly settings: readonly NamedSetting[];
}

export const ENV_PREFIX = 'FAKEAI_';

export const SECTIONS: readonly Section[] = [
  section('SERVER', 'Server', SERVER),
  section('KV_CACHE', 'KV cache', KV_CACHE),
  section('ROUTER', 'Router', ROUTER),
  section('ENGINE', 'Engine', ENGINE),
  section('GENERATION', 'Latency and output', GENERATION),
  section('MODELS', 'Models', MODELS),
  section('FEATURES', 'Features', FEATURES),
  section('AUTH', 'Authentication', AUTH),
  section('RATE_LIMITS', 'Rate limits', RATE_LIMITS),
  section('SECURITY', 'Security', SECURITY),
  section('METRICS', 'Metrics and faults', METRICS),
  section('STORAGE', 'Storage', STORAGE),
];

/** Every setting, in the order of the sections. */
export const SETTINGS: readonly NamedSetting[] = SECTIONS.flatMap((each) => each.settings);

/** `kvCacheBlockSize` or `kv-cache-block-size` to `KV_CACHE_BLOCK_SIZE`. */
export function upperSnake(name: string): string {
  return name
    .replaceAll('-', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();
}

function section(id: string, title: string, rows: Readonly<Record<string, Setting>>): Section {
  const settings: NamedSetting[] = [];
  for (const [name, setting] of Object.entries(rows)) {
    assert(isSettingName(name), `${name} must be in the table`);
    const flat = upperSnake(name);
    settings.push({
      name,
      setting,
      env: ENV_PREFIX + flat,
      nestedEnv: `${ENV_PREFIX}${id}__${setting.nested ?? flat}`,
      flag: `--${flat.toLowerCase().replaceAll('_', '-')}`,
    });
  }
  return { id, title, settings };
}

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(TABLE, name);
}
