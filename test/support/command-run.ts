import { makeFolder, openNewFile, writeTextFile } from '../../cli/cli.ts';
import type { CommandContext } from '../../cli/commands/command-context.ts';
import { openTextFile } from '../../cli/text-file.ts';

/** What a command did. */
export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/**
 * What `command` does in a context that keeps what is said, without environment or configuration
 * but for `overrides`; files are those of the disk.
 */
export async function runCommand(
  command: (context: CommandContext) => Promise<number>,
  overrides: Partial<CommandContext> = {},
): Promise<CommandRun> {
  let out = '';
  let error = '';
  const code = await command({
    version: '1.2.3',
    env: {},
    readFile: () => ({ kind: 'missing' }),
    openText: openTextFile,
    openNew: openNewFile,
    makeFolder,
    writeText: writeTextFile,
    writeLog: (bytes, done) => done(null, bytes.length),
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
    colours: false,
    columns: 100,
    exitCode: 0,
    ...overrides,
  });
  return { code, out, error };
}
