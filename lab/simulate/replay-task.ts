import { type DecisionTime, DecisionTimes } from '../../engine/router/decision-times.ts';
import { ModulePolicy } from '../../engine/router/policies/module-policy.ts';
import { PolicyError } from '../../engine/router/policy-error.ts';
import { importPolicy } from '../../engine/router/policy-source.ts';
import { assertNever } from '../../shared/assert.ts';
import type { ArrivalOrder } from '../measure/arrival-log.ts';
import type { HitBound } from '../measure/hit-bound.ts';
import { boundOf, type ReplayOutput, replay } from './replay.ts';
import type { ReplayConfig, ReplayTuning } from './replay-config.ts';

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
  /** How long decisions took, where the policy is the user's own. */
  readonly decisionTime?: DecisionTime;
}

/** A policy of the user's own ended a replay: classes of errors do not pass between threads. */
export interface TaskFailure {
  readonly policyProblem: string;
}

let replaysOfThread = 0;

/** Runs one task to its end: the entry of a Piscina thread. */
export default async function run(task: ReplayTask): Promise<TaskResult | TaskFailure | HitBound> {
  switch (task.kind) {
    case 'replay':
      try {
        return await resultOf(task);
      } catch (error) {
        if (error instanceof PolicyError) return { policyProblem: error.message };
        throw error;
      }
    case 'bound':
      return boundOf(task.config, task.order);
    default:
      return assertNever(task);
  }
}

async function resultOf(task: Extract<ReplayTask, { kind: 'replay' }>): Promise<TaskResult> {
  const { config, records, arrivals } = task;
  const number = replaysOfThread++;
  const tuning: ReplayTuning = {
    records,
    onArrivals: (requests) => Atomics.add(arrivals, 0, requests),
  };
  const isFirstOfThread = number === 0;
  const { policyModule: source } = config;
  if (source === undefined) {
    return { isFirstOfThread, ...replay(config, tuning) };
  }
  const times = new DecisionTimes();
  const module = await importPolicy(source, number);
  const policy = new ModulePolicy(source.file, module, config.router, {
    nowUs: () => performance.now() * 1000,
    decided: (us) => times.add(us),
  });
  const output = replay(config, tuning, policy);
  return { isFirstOfThread, decisionTime: times.summary(), ...output };
}
