import type { EventBatch } from '../../shared/protocol.ts';
import type { Slot } from './sequence-table.ts';

/** What runs next on a worker, and when it ends. */
export interface Scheduler {
  /** When `advance` has something to do: a finite time whenever work is unfinished, else `Infinity`. */
  nextWakeUs(): number;
  /** A sequence has joined the waiting queue at `atUs`. */
  enqueued(atUs: number): void;
  /**
   * True when a step must end before a sequence that arrives at `atUs` may join: it was planned to
   * end earlier, and the next step must not hold what had not arrived when it began.
   */
  mustAdvanceBefore(atUs: number): boolean;
  /** Ends a sequence at `atUs`, or once the step that it is part of has ended. */
  cancel(slot: Slot, atUs: number): void;
  /**
   * Does what is due at or before `nowUs`, writing tokens to `out`. Equal steps that end before
   * `horizonUs` may be done as one; what comes from outside before their end cuts them short.
   */
  advance(nowUs: number, horizonUs: number, out: EventBatch): void;
}
