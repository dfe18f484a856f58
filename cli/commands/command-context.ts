import type { Writable } from 'node:stream';
import type { WriteBytes } from '../../gateway/log-sink.ts';
import type { Terminal } from '../../lab/experiment/terminal.ts';
import type { ReadFile } from '../../shared/settings/parse-value.ts';

/** The outside world as commands see it, so that they run in a test as well as in a process. */
export interface CommandContext extends Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  /** Makes a file to be written bit by bit. Rejects with `FileError`, also if there is one. */
  readonly openNew: (path: string) => Promise<Writable>;
  /** For the log of a server. */
  readonly writeLog: WriteBytes;
  /** What the process is to exit with; 0 unless a command says otherwise. */
  exitCode: number;
}
