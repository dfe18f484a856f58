/**
 * Thrown when the program itself is wrong. Never caught where it happens: the worker dies loudly.
 */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Stops on a broken invariant. `message` states what should have held. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** The end of an exhaustive switch over a closed union. */
export function assertNever(value: never): never {
  throw new AssertionFailure(`unexpected member of a closed union: ${JSON.stringify(value)}`);
}
