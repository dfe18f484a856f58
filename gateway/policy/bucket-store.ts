import type { Soon } from '../http/charge.ts';

/** Requests and tokens: of a minute, in buckets, or to be taken from them. */
export interface Amounts {
  readonly requests: number;
  readonly tokens: number;
}

/** What is in the buckets of a key, after a request has taken of them or found too little. */
export interface Levels extends Amounts {
  readonly isTaken: boolean;
}

/** The buckets of every key. */
export interface BucketStore {
  /** Times that nobody knew what is in them. */
  readonly failures: number;
  /** Takes of both if both hold as much; undefined where nobody knows. */
  take(key: string, wanted: Amounts): Soon<Levels | undefined>;
  /** Puts back what was not used, or takes what was used besides, were it more than there is. */
  add(key: string, amounts: Amounts): void;
}
