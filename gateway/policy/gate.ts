import type { ApiError } from '../../shared/errors.ts';
import type { RequestHead } from '../http/request-head.ts';

/** What looks at a request before anything of its body is read. */
export interface Gate {
  /** Why the request is not let in; undefined if it is. */
  refusal(head: RequestHead): ApiError | undefined;
}
