/** What a part of a path says, without a slash at its end; as it is if it cannot be decoded. */
export function decodePath(path: string): string {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  try {
    return decodeURIComponent(trimmed);
  } catch {
    return trimmed;
  }
}
