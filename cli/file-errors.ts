/** Where gzip ends too early, Node says this. */
export const CUT_SHORT = 'Z_BUF_ERROR';

/** The code of a system's error, or what it is as text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** Why the system refuses a file, in words where it is common. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const words = new Map([
    ['ENOENT', 'there is no such file'],
    ['EISDIR', 'it is a folder'],
    ['ENOTDIR', 'part of the path is a file'],
    ['EACCES', 'permission denied'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'the disk is full'],
    ['Z_DATA_ERROR', 'it is damaged gzip'],
    [CUT_SHORT, 'it is gzip that ends too early'],
  ]);
  return words.get(code) ?? code;
}
