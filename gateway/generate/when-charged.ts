import type { ApiError } from '../../shared/errors.ts';
import type { Charge } from '../http/charge.ts';
import type { Exchange } from '../http/exchange.ts';

/**
 * Calls `start` once the key of a request was charged so many tokens, or answers why it has not as
 * many left. Waits where the limits are kept elsewhere.
 */
export function whenCharged(
  exchange: Exchange,
  charge: Charge,
  tokens: number,
  start: () => void,
): Promise<void> | undefined {
  const go = (refusal: ApiError | undefined): void => {
    if (refusal !== undefined) exchange.sendError(refusal);
    else if (exchange.isOpen) start();
    else charge.settle(0);
  };
  const refusal = charge.takeTokens(tokens);
  if (refusal instanceof Promise) return refusal.then(go);
  go(refusal);
  return undefined;
}
