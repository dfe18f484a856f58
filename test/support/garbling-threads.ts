import { MessageChannel } from 'node:worker_threads';
import type { ThreadRunner } from '../../engine/host/thread-runner.ts';
import { ThreadSignals } from '../../engine/host/thread-signals.ts';

/** Real threads on a line that a test can disturb: what a thread says next comes out garbled. */
export class GarblingThreads implements ThreadRunner {
  readonly #threads: ThreadRunner;
  readonly #garblers: (() => void)[] = [];

  constructor(threads: ThreadRunner) {
    this.#threads = threads;
  }

  async run(...[task, signal]: Parameters<ThreadRunner['run']>): Promise<void> {
    const { port1: near, port2: far } = new MessageChannel();
    const signals = new ThreadSignals(task.signals);
    let isGarbled = false;
    const garble = () => {
      isGarbled = true;
    };
    this.#garblers.push(garble);
    near.on('message', (bytes: Uint8Array) => {
      task.port.postMessage(isGarbled ? bytes.subarray(1) : bytes);
    });
    task.port.on('message', (bytes: Uint8Array) => {
      near.postMessage(bytes);
      signals.wake();
    });
    try {
      await this.#threads.run({ ...task, port: far }, signal);
    } finally {
      this.#garblers.splice(this.#garblers.indexOf(garble), 1);
      near.close();
      task.port.close();
    }
  }

  /** From now on, whatever one of the threads says comes out garbled. */
  garble(pick: number): void {
    this.#garblers[pick % this.#garblers.length]?.();
  }

  destroy(): Promise<void> {
    return this.#threads.destroy();
  }
}
