import { assertNever } from '../../shared/assert.ts';
import type { ArrivalOrder } from '../measure/arrival-log.ts';
import type { HitBound } from '../measure/hit-bound.ts';
import { boundOf, type ReplayOutput, replay } from './replay.ts';
import type { ReplayConfig } from './replay-config.ts';

/** One whole replay, or the bound of one. Plain data; traces and counter are shared, not copied. */
export type ReplayTask =
  | {
      readonly kind: 'replay';
      readonly config: ReplayConfig;
      readonly records: boolean;
      /** Counts the arrivals of all tasks that share it, in its only word. */
      readonly arrivals: Int32Array<SharedArrayBuffer>;
    }
  | {
      readonly kind: 'bound';
      readonly config: ReplayConfig;
      readonly order: ArrivalOrder | undefined;
    };

export interface TaskResult extends ReplayOutput {
  /** The thread had run no replay before: it spent some of the time on compiling the code. */
  readonly isFirstOfThread: boolean;
}

let replaysOfThread = 0;

/** Runs one task to its end: the entry of a Piscina thread. */
export default function run(task: ReplayTask): TaskResult | HitBound {
  switch (task.kind) {
    case 'replay':
      return {
        isFirstOfThread: replaysOfThread++ === 0,
        ...replay(task.config, {
          records: task.records,
          onArrivals: (requests) => Atomics.add(task.arrivals, 0, requests),
        }),
      };
    case 'bound':
      return boundOf(task.config, task.order);
    default:
      return assertNever(task);
  }
}
