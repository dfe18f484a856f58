import type { ApiError, HttpStatus } from '../../shared/errors.ts';

/** What is known at once, or a little later where somebody else has to be asked. */
export type Soon<T> = T | Promise<T>;

/** What one request takes of the limits of its key. */
export interface Charge {
  /** What is left, as headers: lines with a line break before each. */
  readonly headerLines: string;
  /** Takes so many tokens before the answer is placed: undefined, or why there are not as many. */
  takeTokens(tokens: number): Soon<ApiError | undefined>;
  /** So many tokens are what the answer has cost in the end. */
  settle(tokens: number): void;
  /** The request has ended with `status`. */
  ended(status: HttpStatus): void;
}
