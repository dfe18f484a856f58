import { ROUND_DIGITS, roundDurationText, rounded } from '../figure-text.ts';

/** Share of the shortest latency that the axis has on either side at least. */
const WIDENED = 0.02;
/** Room for a character of a tick's name, and between two names, in pixels. */
const CHARACTER_WIDTH = 7;
const NAME_GAP = 10;

/** Steps within a decade, from many to few. */
const DECADE_STEPS = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/** A logarithmic axis of durations, in milliseconds above 0. */
export class DurationAxis {
  readonly domain: readonly [least: number, greatest: number];

  constructor(leastMs: number, greatestMs: number) {
    this.domain = [leastMs / (1 + WIDENED), greatestMs * (1 + WIDENED)];
  }

  /** From 0 to 1 on the axis, beyond that outside of it. */
  at(ms: number): number {
    const [least, greatest] = this.domain;
    return Math.log(ms / least) / Math.log(greatest / least);
  }

  /**
   * Round values whose names have room side by side in `width` pixels, with the least gaps. Where
   * that leaves one or none, which does not give the scale, there are the two outermost.
   */
  ticks(width: number): number[] {
    const candidates = [...this.#decadeTicks(), ...this.#evenTicks()];
    const outermost = candidates.map((ticks) => [...ticks.slice(0, 1), ...ticks.slice(-1)]);
    const fitting = [...candidates, ...outermost].filter(
      (ticks) => ticks.length > 1 && this.#areApart(ticks, width),
    );
    return fitting.reduce(
      (best, ticks) => (this.#widestGap(ticks) < this.#widestGap(best) ? ticks : best),
      [],
    );
  }

  /** The longest part of the axis, from 0 to 1, that has no tick. */
  #widestGap(ticks: readonly number[]): number {
    const stops = [0, ...ticks.map((tick) => this.at(tick)), 1];
    return Math.max(...stops.map((stop, at) => stop - (stops[at - 1] ?? stop)));
  }

  /** The same steps in every decade, or only every second, third and so on decade. */
  #decadeTicks(): number[][] {
    const [least, greatest] = this.domain;
    const first = Math.floor(Math.log10(least));
    const last = Math.ceil(Math.log10(greatest));
    const decades = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    const every = (stride: number): number[] => decades.filter((decade) => decade % stride === 0);
    return [
      ...DECADE_STEPS.map((steps) => ({ steps, exponents: decades })),
      ...[2, 3, 6].map((stride) => ({ steps: [1], exponents: every(stride) })),
    ].map(({ steps, exponents }) =>
      this.#within(exponents.flatMap((decade) => steps.map((step) => scaled(step, decade)))),
    );
  }

  /** Multiples of a step: a narrow axis has more of them than of the round values of a decade. */
  #evenTicks(): number[][] {
    const [least, greatest] = this.domain;
    const decade = Math.floor(Math.log10(greatest - least));
    return [-1, 0].flatMap((finer) =>
      [1, 2, 5].map((step) => {
        const width = scaled(step, decade + finer);
        const first = Math.ceil(least / width);
        const count = Math.floor(greatest / width) - first + 1;
        return Array.from({ length: count }, (_, at) =>
          scaled((first + at) * step, decade + finer),
        );
      }),
    );
  }

  #within(ticks: readonly number[]): number[] {
    const [least, greatest] = this.domain;
    return ticks.filter((tick) => tick >= least && tick <= greatest);
  }

  #areApart(ticks: readonly number[], width: number): boolean {
    const names = ticks.map(roundDurationText);
    return (
      ticks.every((tick) => tick === rounded(tick, ROUND_DIGITS)) &&
      ticks.every((tick, at) => {
        const before = at === 0 ? undefined : ticks[at - 1];
        if (before === undefined) return true;
        const room = (this.at(tick) - this.at(before)) * width;
        const characters = ((names[at - 1]?.length ?? 0) + (names[at]?.length ?? 0)) / 2;
        return room >= characters * CHARACTER_WIDTH + NAME_GAP;
      })
    );
  }
}

/** `step` times that power of ten, without the error of a negative power. */
function scaled(step: number, decade: number): number {
  return decade < 0 ? step / 10 ** -decade : step * 10 ** decade;
}
