import { NEVER_US, type TimeUs } from '../../shared/units.ts';
import { Content } from './content.ts';

/** One request of a trace. Reused: a source fills in every field. */
export class TraceRequest {
  /** When it arrives, from the start of the trace. */
  arrivalUs: TimeUs = NEVER_US;
  /** At least 1. */
  promptTokens = 1;
  /** At least 1. */
  outputTokens = 1;
  /** Number of the conversation that this is a turn of, from 0, at most 2^32 - 1. */
  session = 0;
  /** What the session policy goes by, 32 bits; undefined where nobody names a session. */
  sessionKey: number | undefined;
  /** Turn of the session, from 0. */
  turn = 0;
  /** How many later turns of the session wait for the end of this one, or of one that does. */
  turnsAfter = 0;
  /** What prompt and answer consist of: `promptTokens + outputTokens` tokens. */
  readonly content = new Content();
}

/**
 * Where the requests of a replay come from, one at a time, so that a long workload takes no memory.
 * A source is read once; a second replay takes a second source.
 *
 * Requests with an arrival time of their own come from `next`, in order of arrival. A turn that
 * waits for the answer before it comes from `followUp`, once the driver knows when that answer
 * ended. Which requests there are never depends on when they end, so every policy is given the same
 * ones.
 */
export interface TraceSource {
  /** Fills in the next request that waits for no answer. False at the end of the trace. */
  next(into: TraceRequest): boolean;
  /**
   * Fills in the turn that waited for the end of `turn` of `session`, which was at `endedUs`. It
   * arrives at `endedUs` plus its think time. False if no turn waited (`turnsAfter` was 0). Changes
   * nothing: it may be asked twice, and a session whose turn failed is given up by never asking.
   */
  followUp(session: number, turn: number, endedUs: TimeUs, into: TraceRequest): boolean;
}
