import type { EventBatch, LoadReport, Outcome, SubmitCommand } from '../../shared/protocol.ts';
import type { Slot } from './sequence-table.ts';

/** What runs next on a worker, and when it ends. */
export interface Scheduler {
  /**
   * When `advance` has something to do: a finite time whenever work is unfinished, else `Infinity`.
   */
  nextWakeUs(): number;
  /** At `atUs` a sequence has joined the waiting queue, or one there may find more of it cached. */
  enqueued(atUs: number): void;
  /** True when what is due before a sequence arrives must be done before it is submitted. */
  mustAdvanceBefore(command: SubmitCommand): boolean;
  /** Ends a sequence with `outcome` at `atUs`, or once the step that it is part of has ended. */
  cancel(slot: Slot, outcome: Outcome, atUs: number): void;
  /**
   * Does what is due at or before `nowUs` and before `horizonUs`, writing tokens to `out`. Equal
   * steps that end before `horizonUs` may be done as one; what comes from outside before their end
   * cuts them short.
   */
  advance(nowUs: number, horizonUs: number, out: EventBatch): void;
  /** Writes to `load` what the step under way holds, and how much of its time is left at `atUs`. */
  reportStep(load: LoadReport, atUs: number): void;
}
