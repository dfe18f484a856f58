import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { ReadOptions } from '../lab/experiment/terminal.ts';
import { CutShortError, FileError } from '../shared/file-error.ts';
import { CUT_SHORT, codeOf, reasonOf } from './file-errors.ts';

/** Names of the standard input. */
const STDIN = ['-', '/dev/stdin'];

const GZIP_MAGIC = 0x8b1f;
/** Gzip gives its bytes in pieces of this size: each of them passes several streams. */
const PIECE_BYTES = 1 << 18;

/**
 * The text of a file in pieces; `-` is the standard input. It may be a pipe. Gzip is known by its
 * first bytes. Throws `FileError`, and where gzip ends too early, `CutShortError` after all that
 * there is; or the reason of the signal.
 */
export async function* openTextFile(
  path: string,
  options: ReadOptions = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let given = 0;
  try {
    for await (const bytes of unpacked(bytesOf(path, options))) {
      given += bytes.length;
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    options.signal?.throwIfAborted();
    const message = `cannot read ${path}: ${reasonOf(error)}`;
    if (codeOf(error) !== CUT_SHORT) throw new FileError(message);
    // What had been decompressed last went with the error; of a file it can be had once more.
    if (!STDIN.includes(path) && (await stat(path)).isFile()) {
      for await (const bytes of unpacked(bytesOf(path, {}), constants.Z_SYNC_FLUSH)) {
        const known = Math.min(given, bytes.length);
        given -= known;
        yield decoder.decode(bytes.subarray(known), { stream: true });
      }
    }
    throw new CutShortError(message);
  }
}

/** The bytes of a file as they are in it, of which `onBytes` is told. */
async function* bytesOf(
  path: string,
  { signal, onBytes }: ReadOptions,
): AsyncGenerator<Uint8Array, void> {
  const stream: Readable = STDIN.includes(path) ? process.stdin : createReadStream(path);
  if (signal !== undefined) addAbortSignal(signal, stream);
  for await (const bytes of stream) {
    onBytes?.(bytes);
    yield bytes;
  }
}

/**
 * The bytes, decompressed if they are gzip. With `Z_SYNC_FLUSH` as its last flush, gzip may end
 * anywhere.
 */
async function* unpacked(
  packed: AsyncGenerator<Uint8Array, void>,
  finishFlush: number = constants.Z_FINISH,
): AsyncGenerator<Uint8Array> {
  // A pipe may give its bytes one by one.
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await packed.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      yield head;
      yield* packed;
    } finally {
      await packed.return();
    }
  }
  if (head.length < 2 || head.readUInt16LE() !== GZIP_MAGIC) {
    yield* whole();
    return;
  }
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES, finishFlush });
  // Ends the one with the other: an error reaches the reader, and a reader that stops closes the
  // file.
  yield* pipeline(Readable.from(whole()), gunzip, () => {});
}
