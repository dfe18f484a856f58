import { fc } from '../../support/property.ts';

/** Slots of a window, restated: the test must notice if the program's number changes. */
const SLOTS = 20;

export const WINDOW_US = 2000;
const SLOT_US = WINDOW_US / SLOTS;

export interface TimedValue {
  readonly atUs: number;
  readonly value: number;
}

/** Values at rising times, some of them more than a window apart, and a time to look at them. */
export const timedValues = fc
  .record({
    startUs: fc.integer({ min: 0, max: 10_000 }),
    steps: fc.array(
      fc.record({
        gapUs: fc.oneof(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 5000 })),
        value: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1e8 })),
      }),
      { maxLength: 60 },
    ),
    afterUs: fc.integer({ min: 1, max: 3000 }),
  })
  .map(({ startUs, steps, afterUs }) => {
    let atUs = startUs;
    const values = steps.map(({ gapUs, value }): TimedValue => {
      atUs += gapUs;
      return { atUs, value };
    });
    return { startUs, values, nowUs: atUs + afterUs };
  });

/** The values of the slots that the window at `nowUs` has, and the seconds that it covers. */
export function modelWindow(values: readonly TimedValue[], startUs: number, nowUs: number) {
  const fromUs = (Math.floor(nowUs / SLOT_US) - SLOTS + 1) * SLOT_US;
  return {
    values: values.filter(({ atUs }) => atUs >= fromUs).map(({ value }) => value),
    seconds: (nowUs - Math.max(fromUs, startUs)) / 1e6,
  };
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Equal but for the order of additions. */
export function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
