import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { Bench, type BenchOptions } from 'tinybench';

/** `smoke` proves that a suite still runs, in milliseconds; only `full` measures. */
export type BenchMode = 'smoke' | 'full';

/** One line of a suite's table. All figures are per operation, not per call of the task. */
export interface BenchRow {
  readonly name: string;
  /** From the mean time of a call. */
  readonly opsPerSecond: number;
  /** From the median time of a call, which noise of the machine moves less than the mean. */
  readonly nsPerOp: number;
  /** Relative margin of error of the mean, in percent. */
  readonly rme: number;
  /** Percentiles over single operations; absent where one call does many of them. */
  readonly p50Us?: number;
  readonly p99Us?: number;
  /**
   * Garbage collections while the task was measured. Code that allocates nothing shows a handful at
   * most, which the samples of tinybench itself cause.
   */
  readonly collections?: number;
  readonly note?: string;
}

/** What every `bench/micro/*.bench.ts` exports as `suite`. */
export type BenchSuite = (mode: BenchMode) => Promise<BenchRow[]>;

export interface BenchTask {
  readonly name: string;
  /**
   * Operations in one call of `run`. The clock costs some 50 ns a call, so a task that is faster
   * than a few microseconds must do many operations per call.
   */
  readonly operations: number;
  /** The measured work. What it computes must be used, or the compiler may drop it. */
  readonly run: () => void | Promise<void>;
  /** Called before each timed call, outside of its time. */
  readonly beforeEach?: () => void;
  readonly note?: string;
}

/**
 * Runs the tasks one after the other with tinybench and gives one row each, in order. A task that
 * throws fails the suite. With `--expose-gc` the heap is collected before each task.
 */
export async function measure(mode: BenchMode, tasks: readonly BenchTask[]): Promise<BenchRow[]> {
  const collections = new CollectionCounter();
  const bench = new Bench({
    ...BUDGETS[mode],
    throws: true,
    setup: () => collections.restart(),
    teardown: async (task) => {
      if (task !== undefined) await collections.store(task.name);
    },
  });
  for (const { name, run, beforeEach } of tasks) {
    bench.add(name, run, beforeEach === undefined ? {} : { beforeEach });
  }
  await bench.run();
  collections.close();
  return tasks.map((task) => toRow(bench, task, collections.of(task.name)));
}

const BUDGETS = {
  smoke: { iterations: 2, time: 0, warmup: false },
  full: { iterations: 16, time: 500, warmupIterations: 8, warmupTime: 150 },
} as const satisfies Record<BenchMode, BenchOptions>;

function toRow(bench: Bench, task: BenchTask, collections: number): BenchRow {
  const result = bench.getTask(task.name)?.result;
  if (result?.state !== 'completed') {
    throw new Error(`bench task "${task.name}" did not complete: ${result?.state ?? 'not found'}`);
  }
  const { mean, p50, p99, rme } = result.latency;
  const single = task.operations === 1;
  return {
    name: task.name,
    opsPerSecond: (task.operations * 1e3) / mean,
    nsPerOp: (p50 * 1e6) / task.operations,
    rme,
    ...(single ? { p50Us: p50 * 1e3, p99Us: p99 * 1e3 } : {}),
    collections,
    ...(task.note === undefined ? {} : { note: task.note }),
  };
}

/** Counts garbage collections per task. Node reports them some turns of the event loop late. */
class CollectionCounter {
  readonly #counts = new Map<string, number>();
  readonly #observer = new PerformanceObserver((list) => {
    this.#current += list.getEntries().length;
  });
  #current = 0;

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  async restart(): Promise<void> {
    globalThis.gc?.();
    await this.#settle();
    this.#current = 0;
  }

  async store(name: string): Promise<void> {
    await this.#settle();
    this.#counts.set(name, this.#current);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  close(): void {
    this.#observer.disconnect();
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await setImmediate();
  }
}
