/**
 * The candidates that none other beats: none is at least as good in every respect and better in
 * one. `respects` gives what is to be large. Order is kept; of candidates that are alike in all,
 * the first.
 */
export function paretoFront<Candidate>(
  candidates: readonly Candidate[],
  respects: (candidate: Candidate) => readonly number[],
): Candidate[] {
  const values = candidates.map(respects);
  return candidates.filter((_, index) =>
    values.every((other, at) => at === index || !beats(other, values[index] ?? [], at < index)),
  );
}

function beats(other: readonly number[], one: readonly number[], isFirst: boolean): boolean {
  const isAsGood = other.every((value, at) => value >= (one[at] ?? 0));
  return isAsGood && (isFirst || other.some((value, at) => value > (one[at] ?? 0)));
}
