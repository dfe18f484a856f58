import type { PolicyError } from '../../engine/router/policy-error.ts';
import type { HitBound } from '../measure/hit-bound.ts';
import type { ReplayConfig } from '../simulate/replay-config.ts';
import { ReplayRunner, type RunResult } from '../simulate/replay-runner.ts';
import { showProgress } from './progress-bar.ts';
import { STOP_SIGNALS } from './stop-signals.ts';

/** A replay that ran to its end, with the time that it took on its thread. */
export interface TimedResult extends RunResult {
  readonly wallSeconds: number;
}

/** What a command asks of the threads that run its replays. */
export interface Replays {
  /** True once the user has asked to stop, or the user's own policy has failed. */
  readonly interrupted: boolean;
  /**
   * Runs replays of `requests` requests each, for which `bounds` has given what it gives; undefined
   * are those that were interrupted.
   */
  run(
    configs: readonly ReplayConfig[],
    requests: number,
    records?: boolean,
    bounds?: readonly (HitBound | undefined)[],
  ): Promise<(TimedResult | undefined)[]>;
  /** What no policy can exceed in each of the replays, likewise. */
  bounds(configs: readonly ReplayConfig[]): Promise<(HitBound | undefined)[]>;
}

/** Runs the replays of one command: threads, clock, progress, and the signals that stop it. */
export class LabSession implements Replays {
  readonly #runner: ReplayRunner;
  #interrupted = false;

  constructor(threads: number) {
    this.#runner = new ReplayRunner(threads);
    for (const signal of STOP_SIGNALS) process.once(signal, this.#interrupt);
  }

  get interrupted(): boolean {
    return this.#interrupted || this.policyError !== undefined;
  }

  /** What a policy of the user's own did wrong, which has stopped the replays. */
  get policyError(): PolicyError | undefined {
    return this.#runner.policyError;
  }

  async run(
    configs: readonly ReplayConfig[],
    requests: number,
    records = false,
    bounds: readonly (HitBound | undefined)[] = [],
  ): Promise<(TimedResult | undefined)[]> {
    const startedMs: number[] = [];
    const wallSeconds: number[] = [];
    const before = this.#runner.arrivals;
    const endProgress = showProgress(
      configs.length * requests,
      () => this.#runner.arrivals - before,
    );
    try {
      const runs = await this.#runner.run(configs, {
        records,
        bounds,
        started: (index) => {
          startedMs[index] = performance.now();
        },
        finished: (index) => {
          wallSeconds[index] = (performance.now() - (startedMs[index] ?? 0)) / 1000;
        },
      });
      return runs.map((run, index) =>
        run === undefined ? undefined : { ...run, wallSeconds: wallSeconds[index] ?? 0 },
      );
    } finally {
      endProgress();
    }
  }

  async bounds(configs: readonly ReplayConfig[]): Promise<(HitBound | undefined)[]> {
    return await this.#runner.bounds(configs);
  }

  async close(): Promise<void> {
    for (const signal of STOP_SIGNALS) process.removeListener(signal, this.#interrupt);
    await this.#runner.stop();
  }

  readonly #interrupt = (): void => {
    this.#interrupted = true;
    void this.#runner.stop();
  };
}
