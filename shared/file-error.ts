/** A file that cannot be read or written. `message` names it and says why. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** A compressed file whose end is missing. What there is of it has been given. */
export class CutShortError extends FileError {}
