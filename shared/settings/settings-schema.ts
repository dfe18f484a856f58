import { Type } from '@sinclair/typebox';
import { namesOf } from '../schema/one-of.ts';
import { fileKey } from './entries.ts';
import type { Setting } from './setting.ts';
import { SECTIONS, SETTINGS } from './settings.ts';

/**
 * The JSON Schema (draft 2020-12) of a configuration file, for editors. A file that keeps to it
 * starts; the program reads more spellings, such as numbers in quotes, `null` or other letter case.
 */
export function settingsSchema(): object {
  const flat = SETTINGS.map(({ env }) => [fileKey(env), reference(env)] as const);
  const properties = new Map<string, object>(flat);
  for (const { id, settings } of SECTIONS) {
    const key = id.toLowerCase();
    const section = {
      type: 'object',
      properties: Object.fromEntries(
        settings.map(({ env, nestedEnv }) => [
          fileKey(nestedEnv).slice(key.length + 1),
          reference(env),
        ]),
      ),
      additionalProperties: false,
    };
    const setting = properties.get(key);
    properties.set(key, setting === undefined ? section : { anyOf: [section, setting] });
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of fakeai',
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
    $defs: Object.fromEntries(SETTINGS.map(({ env, setting }) => [fileKey(env), row(setting)])),
  };
}

function reference(env: string): object {
  return { $ref: `#/$defs/${fileKey(env)}` };
}

function row(setting: Setting): object {
  const { schema, help, effect, default: value } = setting;
  // YAML reads an unquoted true as a boolean.
  const isSwitch = setting.kind === 'choice' && namesOf(schema).includes('true');
  const note = { yet: ' Refused until it works.', never: ' No effect.' };
  return {
    description: effect === undefined ? help : help + note[effect.kind],
    ...(value === undefined ? {} : { default: value }),
    ...(isSwitch ? Type.Union([schema, Type.Boolean()]) : schema),
  };
}
