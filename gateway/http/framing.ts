import { type ApiError, apiError } from '../../shared/errors.ts';

/** What of a request's head says how its body is framed. */
interface Headers {
  forEach(visit: (name: string, value: string) => void): void;
}

/** The length of a body that comes in chunks: it is known when its last byte is there. */
export const UNKNOWN_LENGTH = -1;

/**
 * The length of the body in bytes that the head of a request announces, 0 if there is none, or
 * `UNKNOWN_LENGTH`. The HTTP library takes the first `Content-Length` of several, and any
 * `Transfer-Encoding` in which it finds `chunked`: where a proxy reads such a head in another way,
 * the end of one request is the start of another that nobody has checked. So these are refused.
 */
export function announcedLength(headers: Headers): number | ApiError {
  let length: string | undefined;
  let encoding: string | undefined;
  let repeated: string | undefined;
  headers.forEach((name, value) => {
    if (name === 'content-length') {
      if (length !== undefined) repeated = name;
      length = value;
    } else if (name === 'transfer-encoding') {
      if (encoding !== undefined) repeated = name;
      encoding = value;
    }
  });
  if (repeated !== undefined) return ambiguous(`it has more than one ${repeated}`);
  if (encoding !== undefined) {
    if (encoding.toLowerCase() === 'chunked') return UNKNOWN_LENGTH;
    return ambiguous('its transfer-encoding is not chunked');
  }
  return length === undefined ? 0 : Number(length);
}

function ambiguous(reason: string): ApiError {
  return apiError('ambiguous_framing', { reason });
}
