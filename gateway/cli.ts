import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { FileContent } from '../shared/config/parse-value.ts';
import { type CommandContext, EXIT_MISCONFIGURED } from './commands/command-context.ts';
import { addConfigCommand } from './commands/config-command.ts';
import { addServeCommand } from './commands/serve-command.ts';
import { optionTerm } from './setting-flags.ts';

/** The subcommands, in the order of the help. */
const COMMANDS = [addServeCommand, addConfigCommand] as const;

/** Runs the program with the arguments after its name; resolves to the exit code. */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<number> {
  const program = new Command('fakeai')
    .description('Simulates an LLM-serving cluster behind the OpenAI API. No model runs.')
    .version(context.version)
    .helpCommand(true)
    .showHelpAfterError(
      'Commands: fakeai --help. Flags of a command follow it: fakeai serve --help.',
    )
    .exitOverride()
    .configureHelp({ optionTerm, styleTitle: (title) => `\u001b[1m${title}\u001b[22m` })
    .configureOutput({
      writeOut: context.writeOut,
      writeErr: context.writeError,
      getOutHelpWidth: () => context.columns,
      getOutHasColors: () => context.colours,
      getErrHasColors: () => false,
    });
  for (const addCommand of COMMANDS) addCommand(program, context).version(context.version);
  if (argv.length === 0) {
    program.outputHelp();
    return context.exitCode;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : EXIT_MISCONFIGURED;
  }
  return context.exitCode;
}

/** Reads a text file. A directory counts as missing: a key may happen to be called like one. */
export function readTextFile(path: string): FileContent {
  try {
    return { kind: 'text', text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const isMissing = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(code);
    return isMissing ? { kind: 'missing' } : { kind: 'unreadable', reason: code };
  }
}
