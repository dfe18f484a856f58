import type { TimeUs } from '../../shared/units.ts';
import type { TraceRequest } from '../traces/trace-source.ts';

/** One session of a generator at a time: a row for each of its turns, in columns used again. */
export class DrawnSession {
  /** Of the session that the rows describe; -1 before the first. */
  number = -1;
  turns = 0;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
  /** Between a turn and the end of the one before it. */
  readonly gapUs: Float64Array;

  constructor(turnsMax: number) {
    this.promptTokens = new Uint32Array(turnsMax);
    this.outputTokens = new Uint32Array(turnsMax);
    this.gapUs = new Float64Array(turnsMax);
  }

  /** Makes `into` the request of `turn`, with empty content. */
  fill(turn: number, arrivalUs: TimeUs, into: TraceRequest): void {
    into.arrivalUs = arrivalUs;
    into.promptTokens = this.promptTokens[turn]!;
    into.outputTokens = this.outputTokens[turn]!;
    into.session = this.number;
    into.sessionKey = this.number;
    into.turn = turn;
    into.turnsAfter = this.turns - 1 - turn;
    into.content.clear();
  }
}
