import { Piscina } from 'piscina';
import type { ThreadTask } from './worker-thread.ts';

/** Where the threads of the workers come from. */
export interface ThreadRunner {
  /**
   * Runs a task on a thread of its own. Resolves when the task has returned, and rejects when its
   * thread has died or was ended by `signal`.
   */
  run(task: ThreadTask, signal: AbortSignal): Promise<void>;
  /** Ends every thread. */
  destroy(): Promise<void>;
}

/** Worker threads of this process, each with a heap of `heapMb` MiB of its own. */
export function workerThreads(threads: number, heapMb: number): ThreadRunner {
  // Bundled, this code and the thread's entry lie side by side; from source, so do their sources.
  const entry = import.meta.url.endsWith('.ts') ? './worker-thread.ts' : './worker-thread.js';
  const piscina = new Piscina({
    filename: new URL(entry, import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
    recordTiming: false,
  });
  // A thread that was ended can still run out of memory on its way out. Its task has been rejected,
  // so that Piscina tells nobody in particular, and an error without a listener ends the process.
  piscina.on('error', () => {});
  return {
    run: (task, signal) => piscina.run(task, { transferList: [task.port], signal }),
    destroy: () => piscina.destroy(),
  };
}
