import { type Command, Option } from 'commander';
import { type EffectiveLatency, effectiveLatency } from '../../shared/settings/latency.ts';
import { maskSecrets } from '../../shared/settings/resolve-settings.ts';
import type { Setting } from '../../shared/settings/setting.ts';
import { SECTIONS, SETTINGS } from '../../shared/settings/settings.ts';
import { settingsSchema } from '../../shared/settings/settings-schema.ts';
import { configMarkdown } from '../config-docs.ts';
import { valueText } from '../config-text.ts';
import { addSettingFlags } from '../setting-flags.ts';
import type { CommandContext } from './command-context.ts';
import { settingsOf, type ValidSettings } from './command-settings.ts';

interface ConfigOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly schema?: boolean;
}

/** `fakeai config`: shows every resolved setting and where it came from. */
export function addConfigCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('config')
    .summary('show every setting, its value and its source')
    .description('Shows what "fakeai serve" would run with. Takes all of its flags.')
    .addOption(new Option('--json', 'as JSON').conflicts('markdown'))
    .addOption(new Option('--markdown', 'the reference of all settings, docs/configuration.md'))
    .addOption(
      new Option('--schema', 'the JSON Schema of a configuration file').conflicts([
        'json',
        'markdown',
      ]),
    );
  const givenFlags = addSettingFlags(command, { hidden: true });
  return command.action(async (options: ConfigOptions) => {
    if (options.markdown === true) {
      context.writeOut(configMarkdown());
      return;
    }
    if (options.schema === true) {
      context.writeOut(`${JSON.stringify(settingsSchema(), undefined, 2)}\n`);
      return;
    }
    const valid = await settingsOf(context, givenFlags());
    if (valid === undefined) return;
    if (options.json === true) {
      context.writeOut(`${JSON.stringify(configJson(valid), undefined, 2)}\n`);
      return;
    }
    context.writeOut(configTable(valid, context.colours));
    for (const warning of valid.warnings) context.writeError(`warning: ${warning}\n`);
  });
}

function configJson({ settings, sources, warnings, configFile }: ValidSettings): object {
  const shown = maskSecrets(settings);
  const rows = SETTINGS.map(({ name }) => [
    name,
    { value: shown[name] ?? null, source: sources[name] },
  ]);
  return {
    configFile: configFile ?? null,
    settings: Object.fromEntries(rows),
    effectiveLatency: effectiveLatency(settings, sources),
    warnings,
  };
}

function configTable({ settings, sources, configFile }: ValidSettings, colours: boolean): string {
  const bold = (text: string) => (colours ? `\u001b[1m${text}\u001b[22m` : text);
  const shown = maskSecrets(settings);
  const nameWidth = Math.max(...SETTINGS.map(({ env }) => env.length));
  // Steps and profiles have formulas of their own, which no single line can tell.
  const isPlainLatency = settings.engine === 'paced' && settings.latencyProfile === 'none';
  const lines = [`Configuration file: ${configFile ?? 'none'}`];
  for (const section of SECTIONS) {
    lines.push('', bold(section.title));
    for (const { name, env, setting } of section.settings) {
      const row = `  ${env.padEnd(nameWidth)}  ${sources[name].padEnd(7)}  ${valueText(shown[name])}${effectNote(setting)}`;
      lines.push(sources[name] === 'default' ? row : bold(row));
    }
    if (section.id === 'GENERATION' && isPlainLatency) {
      lines.push(latencyLine(effectiveLatency(settings, sources)));
    }
  }
  return `${lines.join('\n')}\n`;
}

function effectNote({ effect }: Setting): string {
  if (effect === undefined) return '';
  return effect.kind === 'yet' ? '  (refused until it works)' : '  (no effect)';
}

function latencyLine(latency: EffectiveLatency): string {
  const { ttftMs, ttftVariancePercent, itlMs, itlVariancePercent } = latency;
  return (
    `  That is ${ttftMs} ms ± ${ttftVariancePercent} % to the first token, ` +
    `then ${itlMs} ms ± ${itlVariancePercent} % to each next one.`
  );
}
