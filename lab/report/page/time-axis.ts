import { numberText, timeUnit } from '../figure-text.ts';

/** Time since the first arrival, in the unit that suits the longest run of a figure. */
export class TimeAxis {
  readonly #unit: string;
  readonly #unitSeconds: number;
  /** Where it ends, in its own unit. */
  readonly end: number;

  constructor(secondsMax: number) {
    const { unit, seconds } = timeUnit(secondsMax);
    this.#unit = unit;
    this.#unitSeconds = seconds;
    this.end = secondsMax / seconds;
  }

  get label(): string {
    return `Time (${this.#unit})`;
  }

  at(seconds: number): number {
    return seconds / this.#unitSeconds;
  }

  text(seconds: number): string {
    return `${numberText(this.at(seconds))} ${this.#unit}`;
  }
}
