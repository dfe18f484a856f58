import type { ApiError, HttpStatus } from '../../../shared/errors.ts';

/** Errors as Anthropic's clients read them. */

const TYPES: Partial<Readonly<Record<HttpStatus, string>>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  502: 'api_error',
  503: 'overloaded_error',
  504: 'timeout_error',
};

/** What the routes of the family say of their errors. */
export const ERROR_SHAPE = {
  requestIdHeader: 'request-id',
  /** Overload has a status of its own, which is none of HTTP's. */
  errorStatus: ({ status }: ApiError): HttpStatus => (status === 503 ? 529 : status),
  errorBody: (error: ApiError, requestId: string): string =>
    JSON.stringify({ type: 'error', error: detailsOf(error), request_id: requestId }),
};

/** The event that a stream ends with which has failed. */
export function errorEvent(error: ApiError): string {
  return `event: error\ndata: ${JSON.stringify({ type: 'error', error: detailsOf(error) })}\n\n`;
}

function detailsOf({ status, message }: ApiError) {
  return { type: TYPES[status] ?? 'invalid_request_error', message };
}
