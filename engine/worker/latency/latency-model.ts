import type { LatencyConfig } from '../../../shared/latency-config.ts';
import type { StepShape } from './step-shape.ts';

/** The configuration of one kind of model. */
export type LatencyOf<Kind extends LatencyConfig['kind']> = Extract<LatencyConfig, { kind: Kind }>;

/**
 * How long prefill and decode take, in integer microseconds.
 *
 * The batched scheduler asks for one step at a time, which serves many sequences and so has no
 * draw. The paced scheduler asks for one sequence at a time: a time to first token and then one gap
 * for each further token, drawn from the sequence's own stream, `streams[stream]`.
 */
export interface LatencyModel {
  /** All tokens after the first come out with it. */
  readonly hasNoGaps: boolean;
  /** Duration of a step, at least 1. */
  stepUs(step: StepShape): number;
  /** Time to first token of a sequence that is the one chunk of `step`. */
  ttftUs(step: StepShape, streams: Uint32Array, stream: number): number;
  /** Gap between two tokens of one of the sequences that run; chunks do not matter. */
  itlUs(step: StepShape, streams: Uint32Array, stream: number): number;
}

/** A step takes at least a microsecond, so that time goes on. */
export function wholeStepUs(us: number): number {
  return Math.max(1, Math.round(us));
}
