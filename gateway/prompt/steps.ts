import type { SlicedWork } from './sliced-work.ts';

/** Steps that are taken in one turn of the event loop: some milliseconds. */
const STEPS_AT_ONCE = 64;

/** Work in steps of some 20 us, which ends with a result. */
export type Steps<Result> = Generator<void, Result, undefined>;

/** Takes all steps now. */
export function takeSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { value, done } = steps.next();
    if (done) return value;
  }
}

/** Takes them in turns of the event loop, as long as `isWanted`; undefined if it no longer is. */
export async function takeStepsInTurns<Result>(
  steps: Steps<Result>,
  work: SlicedWork,
  isWanted: () => boolean,
): Promise<Result | undefined> {
  let result: Result | undefined;
  await work.run(() => {
    if (!isWanted()) return true;
    for (let left = STEPS_AT_ONCE; left > 0; left--) {
      const { value, done } = steps.next();
      if (!done) continue;
      result = value;
      return true;
    }
    return false;
  });
  return result;
}
