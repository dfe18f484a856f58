import { InvalidArgumentError } from 'commander';

/** The first requests, which are left out of the statistics: a number of them, or a share. */
export interface WarmUp {
  readonly amount: number;
  readonly isPercent: boolean;
}

const REQUESTS_MAX = 1e9;

/** `500` or `10%`. Throws `InvalidArgumentError`. */
export function warmUp(text: string): WarmUp {
  const [, digits = '', percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  const amount = digits === '' ? Number.NaN : Number(digits);
  const isPercent = percent === '%';
  const fits = isPercent ? amount < 100 : Number.isInteger(amount) && amount <= REQUESTS_MAX;
  if (!fits) {
    throw new InvalidArgumentError(
      `${text.trim()}: expected an integer from 0 to ${REQUESTS_MAX}, or less than 100 %`,
    );
  }
  return { amount, isPercent };
}

/** How many of `requests` it is. */
export function warmUpRequests({ amount, isPercent }: WarmUp, requests: number): number {
  return isPercent ? Math.floor((amount / 100) * requests) : amount;
}

/** As it is said on the command line. */
export function warmUpFlag({ amount, isPercent }: WarmUp): string {
  return isPercent ? `${amount}%` : String(amount);
}
