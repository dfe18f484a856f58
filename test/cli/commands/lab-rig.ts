import { isAbsolute } from 'node:path';
import { makeFolder, openNewFile, readTextFile, runCli } from '../../../cli/cli.ts';
import type { CommandContext } from '../../../cli/commands/command-context.ts';
import { openTextFile } from '../../../cli/text-file.ts';

/** What a command of the lab did. */
export interface LabRun {
  readonly code: number;
  readonly out: string;
  readonly error: string;
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
  let out = '';
  let error = '';
  const files = new Map<string, string>();
  const code = await command({
    version: '1.2.3',
    env: {},
    readFile: readTextFile,
    // The script of a report is a product of the build, which tests do not need.
    openText: (path, options) =>
      path.endsWith('-page.js') ? emptyText() : openTextFile(path, options),
    openNew: openNewFile,
    // A test that means the disk says so by a whole path.
    makeFolder: async (path) => {
      if (isAbsolute(path)) await makeFolder(path);
    },
    writeText: async (path, chunks) => {
      files.set(path, [...chunks].join(''));
    },
    writeLog: (bytes, done) => done(null, bytes.length),
    writeOut: (text) => {
      out += text;
    },
    writeError: (text) => {
      error += text;
    },
    colours: false,
    columns: 200,
    exitCode: 0,
  });
  return { code, out, error, files };
}

async function* emptyText(): AsyncGenerator<string> {}
