import type { ApiError } from '../../shared/errors.ts';
import type { Soon } from '../http/charge.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';

/** What looks at a request before anything of its body is read. */
export interface Gate {
  /** Why the request is not let in; undefined if it is. The head is readable until it returns. */
  refusal(head: RequestHead, exchange: Exchange): Soon<ApiError | undefined>;
}
