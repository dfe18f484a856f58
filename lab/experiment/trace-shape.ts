import { timeUs } from '../../shared/units.ts';
import { TraceRequest, type TraceSource } from '../traces/trace-source.ts';

/** What a trace is by its own clock. */
export interface TraceShape {
  readonly requests: number;
  /** From the first arrival to the last of those that wait for no answer. */
  readonly seconds: number;
  /** Mean over that time; `Infinity` where all arrive at once. */
  readonly requestsPerSecond: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Whether any request names its session. */
  readonly hasSessions: boolean;
}

/** Reads `source` to its end. */
export function traceShape(source: TraceSource): TraceShape {
  const request = new TraceRequest();
  let requests = 0;
  let promptTokens = 0;
  let outputTokens = 0;
  let waiting = 0;
  let hasSessions = false;
  let firstUs = -1;
  let lastUs = -1;
  const count = (): void => {
    requests++;
    promptTokens += request.promptTokens;
    outputTokens += request.outputTokens;
    if (request.sessionKey !== undefined) hasSessions = true;
  };
  while (source.next(request)) {
    const { session, turn, turnsAfter } = request;
    if (firstUs < 0) firstUs = request.arrivalUs;
    lastUs = request.arrivalUs;
    count();
    for (let later = 0; later < turnsAfter; later++) {
      source.followUp(session, turn + later, timeUs(0), request);
      count();
    }
    waiting += turnsAfter;
  }
  const seconds = (lastUs - firstUs) / 1e6;
  // Where all requests have arrival times, there is a gap less than there are requests.
  const gaps = waiting > 0 ? requests : requests - 1;
  const requestsPerSecond = seconds === 0 ? Number.POSITIVE_INFINITY : gaps / seconds;
  return { requests, seconds, requestsPerSecond, promptTokens, outputTokens, hasSessions };
}
