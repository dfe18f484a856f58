/**
 * Candidates that `name` may have been meant for: the nearest by edit distance, up to a quarter of
 * its length; else up to three that have all its words or start with it. Names are compared as
 * given.
 */
export function nearMisses(name: string, candidates: Iterable<string>): readonly string[] {
  const words = name.split(/[-_.]+/);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 4)) + 1;
  const containing: string[] = [];
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    const candidateWords = candidate.split(/[-_.]+/);
    const hasAllWords = words.every((word) => candidateWords.includes(word));
    if (hasAllWords || candidate.startsWith(name)) containing.push(candidate);
  }
  if (best !== undefined) return [best];
  return containing.length <= 3 ? containing : [];
}

/** `; did you mean A or B?`, or nothing. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2];
      const substituted = (last[column - 1] ?? 0) + (same ? 0 : 1);
      let distance = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substituted);
      if (swapped && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
