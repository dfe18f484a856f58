import type { ApiError } from '../../shared/errors.ts';
import type { Exchange } from './exchange.ts';

/**
 * Waits until it is known whether a request is let in, and refuses it or calls `handle`. Its body,
 * if it is to have one, is received meanwhile.
 */
export async function whenLetIn(
  exchange: Exchange,
  refusal: Promise<ApiError | undefined>,
  hasBody: boolean,
  handle: () => void,
): Promise<void> {
  if (hasBody) exchange.receiveBody();
  try {
    const problem = await refusal;
    if (!exchange.isOpen) return;
    if (problem === undefined) handle();
    else exchange.refuse(problem);
  } catch (error) {
    exchange.failed(error);
  }
}
