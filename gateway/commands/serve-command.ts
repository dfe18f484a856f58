import type { Command } from 'commander';
import { addSettingFlags } from '../setting-flags.ts';
import { loadSettings } from '../settings-source.ts';
import { type CommandContext, EXIT_MISCONFIGURED } from './command-context.ts';

/** `fakeai serve`: runs the server until it is told to stop. */
export function addServeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('serve')
    .alias('server')
    .summary('run the server')
    .description('Serves the OpenAI API from a simulated cluster until SIGTERM or SIGINT.');
  const givenFlags = addSettingFlags(command, { hidden: false });
  return command.action(async () => {
    const loaded = await loadSettings(givenFlags(), context.env, context.readFile);
    if (!loaded.ok) {
      context.writeError(problemReport(loaded.problems));
      context.exitCode = EXIT_MISCONFIGURED;
      return;
    }
    const { settings, sources, warnings } = loaded;
    const { runServer } = await import('../server.ts');
    context.exitCode = await runServer({ settings, sources, warnings });
  });
}

/** One message for everything that is wrong with the configuration. */
export function problemReport(problems: readonly string[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => `  - ${problem}\n`);
  return `fakeai: ${count} in the configuration\n${lines.join('')}`;
}
