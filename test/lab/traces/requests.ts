import { TraceRequest, type TraceSource } from '../../../lab/traces/trace-source.ts';
import { timeUs } from '../../../shared/units.ts';

/** A request as plain data, for comparing. */
export interface PlainRequest {
  readonly arrivalUs: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly session: number;
  readonly turn: number;
  readonly turnsAfter: number;
  readonly segments: readonly number[];
}

export function plain(request: TraceRequest): PlainRequest {
  const { arrivalUs, promptTokens, outputTokens, session, turn, turnsAfter, content } = request;
  const segments = [...content.view()];
  return { arrivalUs, promptTokens, outputTokens, session, turn, turnsAfter, segments };
}

/** The requests that wait for no answer, at most `limit` of them. */
export function arrivalsOf(source: TraceSource, limit = 1e6): PlainRequest[] {
  const request = new TraceRequest();
  const all: PlainRequest[] = [];
  while (all.length < limit && source.next(request)) all.push(plain(request));
  return all;
}

/** The turns of each session from `next`, each with those that wait; answers take `answerUs`. */
export function sessionsOf(source: TraceSource, answerUs = 1000): PlainRequest[][] {
  const request = new TraceRequest();
  const sessions: PlainRequest[][] = [];
  while (source.next(request)) {
    const turns = [plain(request)];
    const { session } = request;
    while (source.followUp(session, request.turn, timeUs(request.arrivalUs + answerUs), request)) {
      turns.push(plain(request));
    }
    sessions.push(turns);
  }
  return sessions;
}

/** Hashes of the full blocks of a request's content, one string each. */
export function hashesOf(request: PlainRequest, blockSize: number): string[] {
  const { content } = new TraceRequest();
  content.assign(Uint32Array.from(request.segments));
  const out = new Uint32Array(Math.floor(content.tokens / blockSize) * 2);
  const blocks = content.writeHashes(blockSize, out);
  return Array.from({ length: blocks }, (_, block) => `${out[block * 2]}:${out[block * 2 + 1]}`);
}
