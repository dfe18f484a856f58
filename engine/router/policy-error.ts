/**
 * A policy of the user's own has thrown, or is not what it is to be, or has chosen what cannot be.
 * `message` names its file and says what is wrong; `cause` is what it has thrown, if it has.
 * Nothing was booked for the request that it was asked about.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** What the code of a policy is called in stacks. */
export const POLICY_URL = 'policy-module';

/**
 * The error of a policy of `file` that has thrown `cause` while `call` ran, with the line, if that
 * is known: `mine.ts:12: choose threw TypeError: ...`.
 */
export function thrownBy(file: string, call: string, cause: unknown): PolicyError {
  const line = lineOf(cause);
  const place = line === undefined ? file : `${file}:${line}`;
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : inWords(cause);
  return new PolicyError(`${place}: ${call} threw ${what}`, { cause });
}

/** Any value in a few words. */
export function inWords(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** The topmost line of the policy in the stack of an error. */
function lineOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack : undefined;
  return new RegExp(String.raw`\b${POLICY_URL}:(\d+):\d+`).exec(stack ?? '')?.[1];
}
