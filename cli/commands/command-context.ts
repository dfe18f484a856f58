import type { Writable } from 'node:stream';
import type { WriteBytes } from '../../gateway/log-sink.ts';
import type { ReadFile } from '../../shared/config/parse-value.ts';

/** The outside world as commands see it, so that they run in a test as well as in a process. */
export interface CommandContext {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  /**
   * The text of a file in pieces, decompressed if it is gzip; `-` is the standard input. Throws
   * `FileError`, and where gzip ends too early, `CutShortError` after all that there is; or the
   * reason of the signal.
   */
  readonly openText: (path: string, options?: ReadOptions) => AsyncIterable<string>;
  /** Makes a folder that files can be written to, unless it is there. Rejects with `FileError`. */
  readonly makeFolder: (path: string) => Promise<void>;
  /** Writes a text file, and the folders that it lies in. Rejects with `FileError`. */
  readonly writeText: (path: string, chunks: Iterable<string>) => Promise<void>;
  /** Makes a file to be written bit by bit. Rejects with `FileError`, also if there is one. */
  readonly openNew: (path: string) => Promise<Writable>;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** For the log of a server. */
  readonly writeLog: WriteBytes;
  /** Whether the output is a terminal that shows colours, and how wide it is. */
  readonly colours: boolean;
  readonly columns: number;
  /** What the process is to exit with; 0 unless a command says otherwise. */
  exitCode: number;
}

export interface ReadOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal;
  /** Told of the bytes of the file as they are in it, piece by piece. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** A file that a command cannot read or write. `message` names it and says why. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** A compressed file whose end is missing. What there is of it has been given. */
export class CutShortError extends FileError {}

/** Exit code of a command that could not finish what it was asked for. */
export const EXIT_FAILED = 1;

/** Exit code of a command that refuses its configuration or its arguments. */
export const EXIT_MISCONFIGURED = 2;
