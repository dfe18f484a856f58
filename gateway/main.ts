#!/usr/bin/env node
import packageJson from '../package.json' with { type: 'json' };
import { makeFolder, openFileToWrite, readTextFile, runCli, writeTextFile } from './cli.ts';
import { openTextFile } from './text-file.ts';

const { stdout, stderr } = process;
// A reader that has had enough, such as head, is no error.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  version: packageJson.version,
  env: process.env,
  readFile: readTextFile,
  openText: openTextFile,
  makeFolder,
  writeText: writeTextFile,
  openToWrite: openFileToWrite,
  writeOut: (text) => stdout.write(text),
  writeError: (text) => stderr.write(text),
  colours: stdout.isTTY && stdout.hasColors(),
  columns: stdout.isTTY ? stdout.columns : 100,
  exitCode: 0,
});
