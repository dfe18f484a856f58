import { type Command, Option } from 'commander';
import { assertNever } from '../shared/assert.ts';
import { namesOf } from '../shared/schema/one-of.ts';
import { CONFIG_FILE_FLAG, type Flag, flagsOf } from '../shared/settings/entries.ts';
import { rangeInWords } from '../shared/settings/parse-value.ts';
import type { Setting } from '../shared/settings/setting.ts';
import { type NamedSetting, SECTIONS } from '../shared/settings/settings.ts';
import { valueText } from './config-text.ts';

/** What the command line says about settings. */
export interface GivenFlags {
  readonly flags: readonly Flag[];
  readonly configFile: string | undefined;
  /** Arguments that are no flags. */
  readonly unexpected: readonly string[];
}

/**
 * Gives `command` a flag for every setting. The function returned tells, after parsing, which were
 * given. Unknown flags are among them, so that they are reported together with all other problems.
 */
export function addSettingFlags(
  command: Command,
  { hidden }: { readonly hidden: boolean },
): () => GivenFlags {
  const configFile = new Option(`${CONFIG_FILE_FLAG} <path>`, 'YAML or JSON file of settings.');
  command.addOption(configFile);
  const options = [...shorthandOptions(), ...SECTIONS.flatMap(sectionOptions)];
  for (const option of options) {
    if (hidden) option.hideHelp();
    command.addOption(option);
  }
  if (!hidden) command.addHelpText('after', HELP_FOOTER);
  command.allowUnknownOption().allowExcessArguments();
  return () => {
    const stray = strayArguments(command.args);
    const path: unknown = command.getOptionValue(configFile.attributeName());
    return {
      flags: [...options.flatMap((option) => given(command, option)), ...stray.flags],
      configFile: typeof path === 'string' ? path : undefined,
      unexpected: stray.unexpected,
    };
  };
}

/** Terms of switches say that there is a `--no-` form, which has no line of its own. */
export function optionTerm(option: Option): string {
  const isSwitch = option.isBoolean() && option.helpGroupHeading !== undefined;
  return isSwitch ? option.flags.replace(/^--/, '--[no-]') : option.flags;
}

const HELP_FOOTER = `
Each flag is also a variable (--kv-cache-block-size is FAKEAI_KV_CACHE_BLOCK_SIZE) and a key of the
configuration file (kv_cache_block_size). Flags of Uvicorn that have no effect here are accepted.
docs/configuration.md describes all of them.`;

const SHORTHANDS = 'Shorthands:';

function shorthandOptions(): readonly Option[] {
  return [
    new Option('--ttft <ms[:percent]>', 'Mean and variance of the time to first token (20:10).'),
    new Option('--itl <ms[:percent]>', 'Mean and variance of the time between tokens (5:10).'),
    new Option(
      '--api-key <key>',
      'A key, or a file of keys, to ask for. May be repeated.',
    ).argParser((value: string, previous: readonly string[] = []) => [...previous, value]),
    new Option('--loop <name>').hideHelp(),
    new Option('--http2').hideHelp(),
  ].map((option) => option.helpGroup(SHORTHANDS));
}

function sectionOptions(section: (typeof SECTIONS)[number]): readonly Option[] {
  return section.settings.flatMap((named) => {
    const heading = `${section.title}:`;
    return flagsOf(named).flatMap((flag) => optionsOf(named, flag, heading));
  });
}

function optionsOf(named: NamedSetting, flag: string, heading: string): readonly Option[] {
  const { setting } = named;
  const placeholder = placeholderOf(setting);
  const option = new Option(
    placeholder === '' ? flag : `${flag} <${placeholder}>`,
    descriptionOf(named),
  ).helpGroup(heading);
  if (flag !== named.flag || setting.effect?.kind === 'never') option.hideHelp();
  if (setting.kind !== 'boolean') return [option];
  return [option, new Option(flag.replace(/^--/, '--no-')).helpGroup(heading).hideHelp()];
}

function placeholderOf(setting: Setting): string {
  switch (setting.kind) {
    case 'boolean':
      return '';
    case 'number':
      return setting.schema['x-unit']?.replace(/ .*/, '') ?? 'number';
    case 'choice':
      return 'name';
    case 'text':
      return setting.schema['x-type'] === 'a path' ? 'path' : 'text';
    case 'list':
    case 'keys':
      return 'list';
    case 'rates':
      return 'json';
    default:
      return assertNever(setting);
  }
}

/** More choices than this are left to the documentation. */
const MOST_CHOICES = 12;

function descriptionOf({ setting }: NamedSetting): string {
  const notes = [`default ${valueText(setting.default)}`];
  if (setting.kind === 'number') notes.push(rangeInWords(setting.schema));
  if (setting.kind === 'choice') {
    const names = namesOf(setting.schema);
    if (names.length <= MOST_CHOICES) notes.push(names.join(', '));
  }
  if (setting.effect?.kind === 'yet') notes.push('refused until it works');
  if (setting.aliases !== undefined) notes.push(`also --${setting.aliases.join(', --')}`);
  return `${setting.help} (${notes.join('; ')})`;
}

/** A switch shares its value with its `--no-` form; only the one that was given counts. */
function given(command: Command, option: Option): readonly Flag[] {
  const name = option.attributeName();
  if (command.getOptionValueSource(name) !== 'cli') return [];
  const value: unknown = command.getOptionValue(name);
  if (typeof value === 'boolean' && value === option.negate) return [];
  return [{ flag: option.long ?? option.flags, value }];
}

/** Sorts what the parser did not know into flags, each with its value, and the rest. */
function strayArguments(args: readonly string[]): {
  readonly flags: readonly Flag[];
  readonly unexpected: readonly string[];
} {
  const flags: Flag[] = [];
  const unexpected: string[] = [];
  let isValue = false;
  for (const arg of args) {
    const flag = /^(--[^=]+)(?:=(.*))?$/s.exec(arg);
    if (flag?.[1] !== undefined) flags.push({ flag: flag[1], value: flag[2] ?? true });
    else if (!isValue || arg.startsWith('-')) unexpected.push(arg);
    isValue = flag !== null && flag[2] === undefined;
  }
  return { flags, unexpected };
}
