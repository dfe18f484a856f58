import { readFileSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, open, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { EXIT_MISCONFIGURED } from '../shared/exit-codes.ts';
import { FileError } from '../shared/file-error.ts';
import type { FileContent } from '../shared/settings/parse-value.ts';
import { addAnalyzeCommand } from './commands/analyze-command.ts';
import { addCapacityCommand } from './commands/capacity-command.ts';
import type { CommandContext } from './commands/command-context.ts';
import { addConfigCommand } from './commands/config-command.ts';
import { addParityCommand } from './commands/parity-command.ts';
import { addReplayCommand } from './commands/replay-command.ts';
import { addServeCommand } from './commands/serve-command.ts';
import { addTuneCommand } from './commands/tune-command.ts';
import { codeOf, reasonOf } from './file-errors.ts';
import { optionTerm } from './setting-flags.ts';

/** The subcommands, in the order of the help. */
const COMMANDS = [
  addServeCommand,
  addConfigCommand,
  addReplayCommand,
  addCapacityCommand,
  addTuneCommand,
  addAnalyzeCommand,
  addParityCommand,
] as const;

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
    const code = codeOf(error);
    const isMissing = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(code);
    return isMissing ? { kind: 'missing' } : { kind: 'unreadable', reason: code };
  }
}

/** Makes a folder that files can be written to, unless it is there. Rejects with `FileError`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeFolders(path);
    // Permissions do not tell everything: whether something can be made in it, only trying does.
    await rmdir(await mkdtemp(join(path, '.fakeai-')));
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'nothing can be made there' : reasonOf(error);
    throw new FileError(`cannot write to ${path}: ${reason}`);
  }
}

/** Writes a text file, and the folders that it lies in. Rejects with `FileError`. */
export async function writeTextFile(path: string, chunks: Iterable<string>): Promise<void> {
  try {
    await makeFolders(dirname(path));
    await writeFile(path, chunks);
  } catch (error) {
    throw new FileError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/**
 * Makes a file to be written bit by bit. Rejects with `FileError`, also if there is one: it is
 * neither emptied nor, like a pipe, waited for.
 */
export async function openNewFile(path: string): Promise<Writable> {
  try {
    await makeFolders(dirname(path));
    return (await open(path, 'wx')).createWriteStream();
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST';
    const reason = isThere ? await whatIsAt(path) : reasonOf(error);
    throw new FileError(`cannot write ${path}: ${reason}`);
  }
}

async function whatIsAt(path: string): Promise<string> {
  const found = await lstat(path);
  if (found.isDirectory()) return 'it is a folder';
  if (!found.isFile()) return 'it is no file, and a file is needed';
  return 'it is there already; name another file, or move this one away';
}

/**
 * Makes a folder and those that it lies in. Not by `recursive`, with which Node tries again for
 * ever where a folder is there but takes none, such as /proc.
 */
async function makeFolders(path: string): Promise<void> {
  if (await isFolder(path)) return;
  await makeFolders(dirname(path));
  await mkdir(path).catch((error: unknown) => {
    // Another process may have been faster.
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** False if there is nothing. A file is an error. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  throw Object.assign(new Error('a file'), { code: 'ENOTDIR' });
}
