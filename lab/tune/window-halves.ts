import { blockResamples, type Interval, percentileInterval } from '../measure/block-bootstrap.ts';
import type { Windows } from '../measure/window-tally.ts';

/** What is chosen by one half of a trace is judged by the other, which the choice has not seen. */
export type Half = 'choosing' | 'judging';

/** Figures of some windows. `ttftMs` is `Infinity` where no request got a first token. */
export interface WindowFigures {
  readonly goodShare: number;
  readonly ttftMs: number;
  readonly hitRate: number;
}

/** One replay less another one of the same requests, on the same windows. */
export interface Difference {
  /** Of the shares of good requests. */
  readonly goodShare: number;
  readonly goodInterval: Interval | null;
  /** Of the mean times to first token, as a share of the other one's. */
  readonly ttft: number;
  readonly ttftInterval: Interval | null;
}

/** The windows of a half: every other stretch of neighbours, so that both see the whole time. */
export function halfOf(windows: Windows, half: Half): Windows {
  const stretch = Math.ceil(Math.cbrt(windows.in.length));
  const parity = half === 'choosing' ? 0 : 1;
  return eachColumn(windows, windows.requestsPerWindow, (column) =>
    column.filter((_, at) => Math.floor(at / stretch) % 2 === parity),
  );
}

export function figuresOf(windows: Windows): WindowFigures {
  const each = windows.in.map(() => 1);
  return {
    goodShare: ratio(windows.good, windows.in, each) || 0,
    ttftMs: windows.started.some((count) => count > 0)
      ? ratio(windows.ttftMs, windows.started, each)
      : Number.POSITIVE_INFINITY,
    hitRate: ratio(windows.cachedTokens, windows.promptTokens, each) || 0,
  };
}

/**
 * The first of each pair less the second, in one half of the windows of all pairs. Resamples take
 * both at the same times.
 */
export function differenceOf(
  pairs: readonly (readonly [Windows, Windows])[],
  half: Half,
): Difference {
  const aligned = pairs.map(([one, other]) => align(one, other));
  const one = joined(aligned.map(([first]) => halfOf(first, half)));
  const other = joined(aligned.map(([, second]) => halfOf(second, half)));
  const good = (times: ArrayLike<number>): number =>
    ratio(one.good, one.in, times) - ratio(other.good, other.in, times);
  const ttft = (times: ArrayLike<number>): number =>
    ratio(one.ttftMs, one.started, times) / ratio(other.ttftMs, other.started, times) - 1;
  const once = one.in.map(() => 1);
  const resamples = blockResamples(one.in.length);
  return {
    goodShare: good(once),
    goodInterval: percentileInterval(resamples.map(good)),
    ttft: ttft(once),
    ttftInterval: percentileInterval(resamples.map(ttft)),
  };
}

/**
 * Two replays of the same requests with windows of the same size, and as many: where sessions were
 * given up in one of them, it has fewer.
 */
function align(one: Windows, other: Windows): readonly [Windows, Windows] {
  if (one.requestsPerWindow < other.requestsPerWindow) return align(folded(one), other);
  if (one.requestsPerWindow > other.requestsPerWindow) return align(one, folded(other));
  const length = Math.min(one.in.length, other.in.length);
  const cut = (windows: Windows): Windows =>
    eachColumn(windows, windows.requestsPerWindow, (column) => column.slice(0, length));
  return [cut(one), cut(other)];
}

function folded(windows: Windows): Windows {
  return eachColumn(windows, 2 * windows.requestsPerWindow, (column) =>
    Array.from(
      { length: Math.ceil(column.length / 2) },
      (_, at) => (column[2 * at] ?? 0) + (column[2 * at + 1] ?? 0),
    ),
  );
}

function joined(all: readonly Windows[]): Windows {
  const [first] = all;
  const none: Windows = {
    requestsPerWindow: 1,
    in: [],
    good: [],
    started: [],
    ttftMs: [],
    promptTokens: [],
    cachedTokens: [],
  };
  return eachColumn(first ?? none, 1, (_, name) => all.flatMap((windows) => windows[name]));
}

type ColumnName = Exclude<keyof Windows, 'requestsPerWindow'>;

function eachColumn(
  windows: Windows,
  requestsPerWindow: number,
  change: (column: readonly number[], name: ColumnName) => readonly number[],
): Windows {
  return {
    requestsPerWindow,
    in: change(windows.in, 'in'),
    good: change(windows.good, 'good'),
    started: change(windows.started, 'started'),
    ttftMs: change(windows.ttftMs, 'ttftMs'),
    promptTokens: change(windows.promptTokens, 'promptTokens'),
    cachedTokens: change(windows.cachedTokens, 'cachedTokens'),
  };
}

/** Of sums over windows, each taken so many times. */
function ratio(
  part: readonly number[],
  whole: readonly number[],
  times: ArrayLike<number>,
): number {
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value, at) => total + value * (times[at] ?? 0), 0);
  return sum(part) / sum(whole);
}
