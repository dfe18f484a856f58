import { makeFolder, openNewFile, readTextFile, runCli, writeTextFile } from './cli.ts';
import { standardError } from './standard-error.ts';
import { openTextFile } from './text-file.ts';

/** Runs the program as this process, with its arguments, environment, files and streams. */
export async function runProgram(version: string): Promise<void> {
  const { stdout, stderr } = process;
  // There is nowhere left to say it.
  stderr.on('error', () => {});
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has had enough, such as head, is no error.
    if (error.code === 'EPIPE') return;
    stderr.write(`fakeai: cannot write to standard output: ${error.code}\n`);
    process.exitCode ||= 1;
  });
  process.exitCode = await runCli(process.argv.slice(2), {
    version,
    env: process.env,
    readFile: readTextFile,
    openText: openTextFile,
    makeFolder,
    writeText: writeTextFile,
    openNew: openNewFile,
    writeOut: (text) => stdout.write(text),
    writeError: (text) => stderr.write(text),
    writeLog: standardError(),
    colours: stdout.isTTY && stdout.hasColors(),
    columns: stdout.isTTY ? stdout.columns : 100,
    exitCode: 0,
  });
  // What nobody reads from standard error must not keep the process; output still does.
  setInterval(() => {
    if (stdout.writableLength === 0) process.exit();
  }, 1000).unref();
}
