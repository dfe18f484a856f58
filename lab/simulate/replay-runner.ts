import { Piscina } from 'piscina';
import { PolicyError } from '../../engine/router/policy-error.ts';
import type { HitBound } from '../measure/hit-bound.ts';
import { needsOwnBound } from './replay.ts';
import type { ReplayConfig } from './replay-config.ts';
import type { ReplayTask, TaskFailure, TaskResult } from './replay-task.ts';

export interface RunResult extends TaskResult {
  /** That of the replay's own requests; undefined where none was given, or `stop` came first. */
  readonly bound: HitBound | undefined;
}

export interface RunOptions {
  /** Keeps a record of every request. */
  readonly records?: boolean;
  /** What `bounds` has given for the replays, to be replaced where it is not that of a replay. */
  readonly bounds?: readonly (HitBound | undefined)[];
  /** Replay `index` has a thread now. */
  readonly started?: (index: number) => void;
  /** Replay `index` has ended. */
  readonly finished?: (index: number) => void;
}

/**
 * Runs replays on a pool of threads, each of them whole on one thread: a result depends neither on
 * the number of threads nor on what else runs. Threads are kept between runs.
 */
export class ReplayRunner {
  readonly #piscina: Piscina;
  readonly #threads: number;
  readonly #arrivals = new Int32Array(new SharedArrayBuffer(4));
  #stopped = false;
  #policyError: PolicyError | undefined = undefined;

  constructor(threads: number) {
    // Bundled, this code and the thread's entry lie side by side; from source, so do their sources.
    const entry = import.meta.url.endsWith('.ts') ? './replay-task.ts' : './replay-task.js';
    this.#threads = threads;
    this.#piscina = new Piscina({
      filename: new URL(entry, import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: 'disabled',
      recordTiming: false,
    });
  }

  /** Requests that have arrived in all replays so far. Modulo 2^32. */
  get arrivals(): number {
    return Atomics.load(this.#arrivals, 0) >>> 0;
  }

  /** What a policy of the user's own did wrong, which has stopped the replays. */
  get policyError(): PolicyError | undefined {
    return this.#policyError;
  }

  /**
   * Runs all replays; those that `stop` kept from ending, or a policy of the user's own that has
   * failed, are undefined. Rejects when one fails for another reason.
   */
  async run(
    configs: readonly ReplayConfig[],
    options: RunOptions = {},
  ): Promise<(RunResult | undefined)[]> {
    const { records = false, bounds = [], started, finished } = options;
    const arrivals = this.#arrivals;
    return await this.#each(configs, async (config, index) => {
      started?.(index);
      const task: ReplayTask = { kind: 'replay', config, records, arrivals };
      const result: TaskResult | TaskFailure = await this.#piscina.run(task);
      finished?.(index);
      if ('policyProblem' in result) {
        this.#policyError ??= new PolicyError(result.policyProblem);
        await this.stop();
        return undefined;
      }
      return { ...result, bound: await this.#boundOf(config, result, bounds[index]) };
    });
  }

  /** The bounds of replays, likewise, if none of their requests is refused. */
  async bounds(configs: readonly ReplayConfig[]): Promise<(HitBound | undefined)[]> {
    return await this.#each(configs, async (config): Promise<HitBound> => {
      const task: ReplayTask = { kind: 'bound', config, order: undefined };
      return await this.#piscina.run(task);
    });
  }

  /** Ends what runs. Unfinished replays are lost, `run` gives the others. Final. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#piscina.destroy();
  }

  /** `bound`, or another one if that is not the bound of what came in the replay. */
  async #boundOf(
    config: ReplayConfig,
    result: TaskResult,
    bound: HitBound | undefined,
  ): Promise<HitBound | undefined> {
    if (bound === undefined || !needsOwnBound(result, bound, config.window)) return bound;
    const task: ReplayTask = { kind: 'bound', config, order: result.order };
    try {
      return await this.#piscina.run(task);
    } catch (error) {
      if (this.#stopped) return undefined;
      throw error;
    }
  }

  /** Does `act` for every item, in order of index, as many at a time as there are threads. */
  async #each<Item, Value>(
    items: readonly Item[],
    act: (item: Item, index: number) => Promise<Value>,
  ): Promise<(Value | undefined)[]> {
    const values: (Value | undefined)[] = items.map(() => undefined);
    const remaining = items.entries();
    const lane = async (): Promise<void> => {
      for (const [index, item] of remaining) {
        if (this.#stopped) return;
        try {
          values[index] = await act(item, index);
        } catch (error) {
          if (this.#stopped) return;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#threads }, lane));
    return values;
  }
}
