import { receiveMessageOnPort } from 'node:worker_threads';
import type { ThreadRunner } from '../../engine/host/thread-runner.ts';
import { ThreadSignals } from '../../engine/host/thread-signals.ts';
import type { ThreadTask } from '../../engine/host/worker-thread.ts';
import { decodeCommands, encodeEvents } from '../../shared/codec.ts';
import type { WorkerCommand, WorkerEvent } from '../../shared/protocol.ts';

/** What takes a thread's part: it does and says only what a test tells it to. */
export class ScriptedThread {
  readonly signals: ThreadSignals;
  /** True once the pool has ended it. */
  isAborted = false;
  /** Ends it: by a return, or with an error by a death. */
  end: (error?: Error) => void = () => {};
  readonly #task: ThreadTask;

  constructor(task: ThreadTask) {
    this.#task = task;
    this.signals = new ThreadSignals(task.signals);
  }

  say(...events: readonly WorkerEvent[]): void {
    this.sayBytes(encodeEvents(events));
  }

  sayBytes(bytes: unknown): void {
    this.#task.port.postMessage(bytes);
  }

  /** Takes every command that was sent to it. */
  take(): WorkerCommand[] {
    const commands: WorkerCommand[] = [];
    for (;;) {
      const got = receiveMessageOnPort(this.#task.port);
      if (got === undefined) return commands;
      commands.push(...decodeCommands(got.message));
      this.signals.took(got.message.byteLength);
    }
  }

  close(): void {
    this.#task.port.close();
  }
}

/** Threads for a pool that are all played by the test, in the order of their starts. */
export class ScriptedThreads implements ThreadRunner {
  readonly all: ScriptedThread[] = [];
  /** Called with each thread that starts. */
  onStart: (thread: ScriptedThread) => void = (thread) => thread.say({ kind: 'hello' });

  run(task: ThreadTask, signal: AbortSignal): Promise<void> {
    const thread = new ScriptedThread(task);
    this.all.push(thread);
    return new Promise((resolve, reject) => {
      thread.end = (error) => {
        thread.close();
        if (error === undefined) resolve();
        else reject(error);
      };
      signal.addEventListener('abort', () => {
        thread.isAborted = true;
        thread.end(new Error('aborted'));
      });
      this.onStart(thread);
    });
  }

  async destroy(): Promise<void> {
    for (const thread of this.all) thread.end(new Error('destroyed'));
  }
}
