import type { LabCell } from '../experiment/lab-document.ts';
import type { Interval } from '../measure/block-bootstrap.ts';
import { type Difference, differenceOf } from './window-halves.ts';

/** Differences that nobody needs to act on, however sure they are. */
const GOOD_RESOLUTION = 0.001;
const TTFT_RESOLUTION = 0.01;

/** How the chosen weights do against something else, in the half that the choice has not seen. */
export interface Comparison {
  /** `default`, or a policy. */
  readonly against: string;
  readonly cells: readonly LabCell[];
  /** The chosen less the other. */
  readonly difference: Difference;
  readonly verdict: 'better' | 'no difference' | 'worse';
}

/** Compares replays of the same seeds. */
export function compare(
  against: string,
  chosen: readonly LabCell[],
  cells: readonly LabCell[],
): Comparison {
  const pairs = chosen.flatMap(({ settings, result }) => {
    const other = cells.find((cell) => cell.settings.seed === settings.seed);
    return other === undefined ? [] : [[result.windows, other.result.windows] as const];
  });
  const difference = differenceOf(pairs, 'judging');
  return { against, cells, difference, verdict: verdictOf(difference) };
}

/** Goodput decides; where it tells nothing apart, the mean time to first token. */
function verdictOf({ goodInterval, ttftInterval }: Difference): Comparison['verdict'] {
  const good = signOf(goodInterval, GOOD_RESOLUTION);
  const sign = good === 0 ? -signOf(ttftInterval, TTFT_RESOLUTION) : good;
  if (sign === 0) return 'no difference';
  return sign > 0 ? 'better' : 'worse';
}

/** On which side of 0 the whole interval lies, and its middle by more than `resolution`; or 0. */
function signOf(interval: Interval | null, resolution: number): number {
  if (interval === null || Math.abs(interval.low + interval.high) / 2 < resolution) return 0;
  if (interval.low > 0) return 1;
  return interval.high < 0 ? -1 : 0;
}
