import { createHash } from 'node:crypto';
import { CutShortError, FileError } from '../../shared/file-error.ts';
import { readTraceFile, type TraceFile } from '../traces/trace-reader.ts';
import { countedText } from './counted-text.ts';
import { stoppable } from './stop-signals.ts';
import type { Terminal } from './terminal.ts';

export interface TraceFileOptions {
  readonly traceBlockSize: number;
  readonly limit: number;
  /** Leaves out lines that make no sense. */
  readonly skipBad?: boolean;
}

/** A trace file, and what a reader of the results has to know of it. */
export interface OpenedTrace extends TraceFile {
  /** SHA-256 of its bytes, compressed if it is, in hexadecimal: that of `sha256sum`. */
  readonly sha256: string;
  /** What was not taken as it stands, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Reads a trace file. What there is of a compressed file that was cut short is read up to its last
 * whole line, with a warning. Throws `TraceError` and `FileError`, the latter also when the user
 * stops it.
 */
export async function openTraceFile(
  path: string,
  { traceBlockSize, limit, skipBad = false }: TraceFileOptions,
  { openText, writeError }: Pick<Terminal, 'openText' | 'writeError'>,
): Promise<OpenedTrace> {
  const stopped = new FileError(`stopped while reading ${path}: nothing was simulated`);
  return await stoppable(stopped, async (signal) => {
    const hash = createHash('sha256');
    const onBytes = (bytes: Uint8Array): void => {
      hash.update(bytes);
    };
    const pieces = openText(path, { signal, onBytes })[Symbol.asyncIterator]();
    let isCutShort = false;
    async function* chunks(): AsyncGenerator<string> {
      try {
        for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
          yield piece.value;
        }
      } catch (error) {
        if (!(error instanceof CutShortError)) throw error;
        isCutShort = true;
      }
    }
    try {
      const file = await readTraceFile(chunks(), {
        mooncakeBlockTokens: traceBlockSize,
        limit,
        skipBad,
        isCutShort: () => isCutShort,
      });
      if (isCutShort) writeError(cutShortWarning(path, file));
      // A limit ends the reading early, but the hash is that of the whole file.
      for await (const _rest of chunks());
      return { ...file, sha256: hash.digest('hex'), notes: notesOf(file) };
    } finally {
      await pieces.return?.();
    }
  });
}

function cutShortWarning(path: string, { table }: TraceFile): string {
  const requests = countedText(table.timeUs.length, 'request');
  return `fakeai: warning: ${path} ends too early; read up to its last whole line, ${requests}\n`;
}

function notesOf({ badLines, emptyAnswers }: TraceFile): string[] {
  const { count, first } = badLines;
  return [
    ...(first === undefined
      ? []
      : [`Left out of the trace: ${countedText(count, 'line')}, the first for ${first.message}.`]),
    ...(emptyAnswers === 0
      ? []
      : [
          `The trace has no output token for ${countedText(emptyAnswers, 'request')}: taken as answers ` +
            'of 1 token, since their prompts were computed all the same.',
        ]),
  ];
}
