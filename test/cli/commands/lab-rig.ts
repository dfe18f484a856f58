import { isAbsolute } from 'node:path';
import { makeFolder, readTextFile, runCli } from '../../../cli/cli.ts';
import type { CommandContext } from '../../../cli/commands/command-context.ts';
import { openTextFile } from '../../../cli/text-file.ts';
import { type CommandRun, runCommand } from '../../support/command-run.ts';

/** What a command of the lab did. */
export interface LabRun extends CommandRun {
  /** What it wrote, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Runs `fakeai` with the words of `line`; no file is written to disk. */
export function runLab(line: string): Promise<LabRun> {
  return recorded((context) => runCli(line.split(' '), context));
}

/** What `command` does in a context that keeps all that is written. */
export async function recorded(
  command: (context: CommandContext) => Promise<number>,
): Promise<LabRun> {
  const files = new Map<string, string>();
  const run = await runCommand(command, {
    readFile: readTextFile,
    // The script of a report is a product of the build, which tests do not need.
    openText: (path, options) =>
      path.endsWith('-page.js') ? emptyText() : openTextFile(path, options),
    // A test that means the disk says so by a whole path.
    makeFolder: async (path) => {
      if (isAbsolute(path)) await makeFolder(path);
    },
    writeText: async (path, chunks) => {
      files.set(path, [...chunks].join(''));
    },
    columns: 200,
  });
  return { ...run, files };
}

async function* emptyText(): AsyncGenerator<string> {}
