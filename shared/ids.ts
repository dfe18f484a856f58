/** Branded identifiers. Both are dense small integers, so that they can index typed arrays. */

declare const id: unique symbol;
type Id<Name extends string> = number & { readonly [id]: Name };

/** Index of a simulated GPU worker, 0 .. workers - 1. */
export type WorkerId = Id<'WorkerId'>;

/** One sequence in flight, 1 .. 2^32 - 1, unique while it lives. 0 is no request. */
export type RequestId = Id<'RequestId'>;

/** The only constructor of `WorkerId`. */
export function workerId(index: number): WorkerId {
  return index as WorkerId;
}

/** The only constructor of `RequestId`. */
export function requestId(value: number): RequestId {
  return value as RequestId;
}

/** Stands where a request id may be missing. */
export const NO_REQUEST = requestId(0);
