/** Room for the name of a tick, in pixels. */
const NAME_WIDTH = 52;

/** Steps within a power of ten, from many to few. */
const STEPS = [[1, 2, 5], [1, 3], [1]];

const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** A count in few characters: `20K`, `1.5M`. */
export function shortCountText(count: number): string {
  return SHORT.format(count);
}

/** Round values from `least`, above 0, to `most` that have room on a logarithmic axis. */
export function countTicks(least: number, most: number, width: number): number[] {
  const room = Math.max(2, width / NAME_WIDTH);
  const first = Math.floor(Math.log10(least));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(most)) - first + 1 },
    (_, at) => 10 ** (first + at),
  );
  const candidates = STEPS.map((steps) =>
    powers
      .flatMap((power) => steps.map((step) => step * power))
      .filter((tick) => tick >= least && tick <= most),
  );
  const spans = Math.log10(most / least);
  // Two neighbours are closest between 1 and 2, or 1 and 3.
  const fitting = candidates.find((ticks, at) => {
    const gap = [0.301, 0.477, 1][at] ?? 1;
    return ticks.length <= room && (gap / spans) * width >= NAME_WIDTH * 0.75;
  });
  return fitting ?? candidates.at(-1)?.filter((_, at) => at % 2 === 0) ?? [];
}
