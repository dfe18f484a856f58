import type { Command } from 'commander';
import { addSettingFlags } from '../setting-flags.ts';
import type { CommandContext } from './command-context.ts';
import { settingsOf } from './command-settings.ts';

/** `fakeai serve`: runs the server until it is told to stop. */
export function addServeCommand(program: Command, context: CommandContext): Command {
  const command = program
    .command('serve')
    .alias('server')
    .summary('run the server')
    .description('Serves the OpenAI API from a simulated cluster until SIGTERM or SIGINT.');
  const givenFlags = addSettingFlags(command, { hidden: false });
  return command.action(async () => {
    const valid = await settingsOf(context, givenFlags());
    if (valid === undefined) return;
    const { settings, sources, warnings } = valid;
    // Loaded only now: no other command needs the HTTP library, the workers and the tokenizer.
    const { runServer } = await import('../server.ts');
    context.exitCode = await runServer({
      settings,
      sources,
      warnings,
      version: context.version,
      writeOut: context.writeOut,
      writeError: context.writeError,
    });
  });
}
