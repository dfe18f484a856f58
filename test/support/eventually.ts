import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Far more than anything here takes, so that only what never happens runs into it. */
const DEADLINE_MS = 15_000;
/** What a timer of the HTTP library may take to end a connection, several times over. */
export const LIBRARY_DEADLINE_MS = 60_000;
const POLL_MS = 5;

/** Waits until `isTrue`, and fails, naming `what`, if it does not come true. */
export async function eventually(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await isTrue())) {
    assert.ok(performance.now() < endMs, `never happened: ${what}`);
    await sleep(POLL_MS);
  }
}
