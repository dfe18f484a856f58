import type { RequestHead } from '../http/request-head.ts';

/** What of a request's head decides where it is placed; empty strings where it says nothing. */
export interface RoutingHead {
  /** The worker that must serve it. */
  readonly pinned: string;
  readonly session: string;
}

/** Readable while `req` is. The session is read where somebody wants to know it. */
export function routingHead(req: RequestHead, readsSession: boolean): RoutingHead {
  return {
    pinned: req.getHeader('x-fakeai-worker') || req.getHeader('x-worker-instance-id'),
    session: readsSession ? sessionOf(req) : '',
  };
}

function sessionOf(req: RequestHead): string {
  return (
    req.getHeader('x-session-id') ||
    req.getHeader('x-dynamo-session-id') ||
    req.getHeader('x-correlation-id')
  );
}
