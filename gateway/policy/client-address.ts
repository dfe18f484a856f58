import { isIP } from 'node:net';
import type { RequestHead } from '../http/request-head.ts';

/**
 * Whom a request comes from: `peer`, the other end of the connection; where a proxy is trusted whom
 * that one has seen, which it has added behind whatever the client itself claims.
 */
export function clientAddressOf(head: RequestHead, peer: string, trustsProxy: boolean): string {
  if (!trustsProxy) return peer;
  let forwarded = '';
  head.forEach((name, value) => {
    if (name === 'x-forwarded-for') forwarded = value;
  });
  const last = forwarded.slice(forwarded.lastIndexOf(',') + 1).trim();
  return isIP(last) === 0 ? peer : last;
}
