import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { assert, assertNever } from '../../shared/assert.ts';
import { decodeEvents, encodeCommands } from '../../shared/codec.ts';
import { type WorkerId, workerId } from '../../shared/ids.ts';
import type {
  EventBatch,
  Fault,
  WorkerCommand,
  WorkerConfig,
  WorkerEvent,
} from '../../shared/protocol.ts';
import type { Transport } from '../cluster/cluster.ts';
import type { ActorTask } from './actor-thread.ts';
import { RestartBackoff } from './restart-backoff.ts';

export interface PoolOptions {
  /** Simulated workers, packed evenly on the threads. */
  readonly workers: number;
  readonly threads: number;
  readonly worker: WorkerConfig;
  /** See `clockOrigin`. */
  readonly clockOrigin: bigint;
  readonly tickUs: number;
  /** Heap limit of a thread, in MiB: a thread that reaches it dies, the process does not. */
  readonly threadHeapMb: number;
}

export interface PoolListener {
  batch(batch: EventBatch): void;
  /**
   * The workers and all they held are gone, those of a thread at once. `reason` is for a log line.
   */
  workersDown(workers: readonly WorkerId[], reason: string): void;
  /** The worker is there, with an empty cache. */
  workerUp(worker: WorkerId): void;
}

interface Lane {
  readonly index: number;
  readonly workers: readonly WorkerId[];
  port: MessagePort | undefined;
  wake: Int32Array<SharedArrayBuffer>;
  /** Commands that leave at the end of this tick of the event loop. */
  outgoing: WorkerCommand[];
  threadId: number;
  /** Called when the thread says hello. */
  greeted: () => void;
  /** Ends when the thread's task does. */
  task: Promise<void>;
}

/**
 * Owns the worker threads: starts them, carries commands to them and events back, once per tick,
 * and starts again what has died. A thread is a lane; a worker stays on its lane.
 */
export class WorkerPool implements Transport {
  readonly #options: PoolOptions;
  readonly #listener: PoolListener;
  readonly #piscina: Piscina;
  readonly #lanes: Lane[] = [];
  readonly #up: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #backoff: RestartBackoff[] = [];
  #flushScheduled = false;
  #stopping = false;

  constructor(options: PoolOptions, listener: PoolListener) {
    assert(options.threads <= options.workers, 'every thread has a worker');
    this.#options = options;
    this.#listener = listener;
    this.#up = new Uint8Array(options.workers);
    this.#starts = new Uint32Array(options.workers);
    // Bundled, this code and the thread's entry lie side by side; from source, so do their sources.
    const entry = import.meta.url.endsWith('.ts') ? './actor-thread.ts' : './actor-thread.js';
    this.#piscina = new Piscina({
      filename: new URL(entry, import.meta.url).href,
      minThreads: options.threads,
      maxThreads: options.threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: 'disabled',
      resourceLimits: { maxOldGenerationSizeMb: options.threadHeapMb },
      recordTiming: false,
    });
    for (let index = 0; index < options.threads; index++) {
      const workers: WorkerId[] = [];
      for (let w = index; w < options.workers; w += options.threads) workers.push(workerId(w));
      this.#lanes.push(idleLane(index, workers));
    }
    for (let w = 0; w < options.workers; w++) this.#backoff.push(new RestartBackoff());
  }

  /** Starts every thread and waits until each has answered and has its workers. */
  async start(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => this.#startLane(lane)));
  }

  get threads(): number {
    return this.#lanes.length;
  }

  isUp(worker: WorkerId): boolean {
    return this.#up[worker] === 1;
  }

  /** How often `worker` was started again after it had died. */
  restarts(worker: WorkerId): number {
    return Math.max(0, (this.#starts[worker] ?? 0) - 1);
  }

  /** Sends a command to its worker at the end of this tick. */
  send(command: WorkerCommand): void {
    assert(command.kind !== 'drain', 'a drain is for threads, not for one worker');
    const lane = this.#laneOf(command.worker);
    if (lane.port === undefined) return;
    lane.outgoing.push(command);
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(this.#flush);
    }
  }

  /** Makes a worker fail, to see what the rest of the system does. */
  injectFault(worker: WorkerId, fault: Fault): void {
    this.send({ kind: 'fault', worker, fault });
  }

  /** Ends the thread that `worker` runs on, as an operator or the system might. */
  async terminateThreadOf(worker: WorkerId): Promise<void> {
    const { threadId } = this.#laneOf(worker);
    const thread = this.#piscina.threads.find((each) => each.threadId === threadId);
    await thread?.terminate();
  }

  /** Lets the threads end once their workers are idle; those that are not by then are ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#flush();
    for (const lane of this.#lanes) this.#post(lane, [{ kind: 'drain' }]);
    await Promise.race([
      Promise.all(this.#lanes.map((lane) => lane.task)),
      new Promise((resolve) => setTimeout(resolve, 500).unref()),
    ]);
    for (const lane of this.#lanes) lane.port?.close();
    await this.#piscina.destroy();
  }

  #laneOf(worker: WorkerId): Lane {
    const lane = this.#lanes[worker % this.#lanes.length];
    assert(lane !== undefined, 'every worker has a lane');
    return lane;
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    for (const lane of this.#lanes) {
      if (lane.outgoing.length === 0) continue;
      const commands = lane.outgoing;
      lane.outgoing = [];
      this.#post(lane, commands);
    }
  };

  #post(lane: Lane, commands: readonly WorkerCommand[]): void {
    if (lane.port === undefined) return;
    const bytes = encodeCommands(commands);
    lane.port.postMessage(bytes, [bytes.buffer]);
    Atomics.add(lane.wake, 0, 1);
    Atomics.notify(lane.wake, 0);
  }

  async #startLane(lane: Lane): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    lane.port = port1;
    lane.wake = new Int32Array(new SharedArrayBuffer(4));
    lane.outgoing = [];
    const task: ActorTask = {
      port: port2,
      wake: lane.wake.buffer,
      clockOrigin: this.#options.clockOrigin,
      tickUs: this.#options.tickUs,
    };
    const said = new Promise<void>((resolve, reject) => {
      lane.greeted = resolve;
      port1.on('message', (bytes: Uint8Array) => this.#receive(lane, bytes));
      lane.task = this.#piscina.run(task, { transferList: [port2] }).then(
        () => this.#laneEnded(lane, port1, 'its task returned'),
        (error: Error) => {
          reject(error);
          this.#laneEnded(lane, port1, error.message);
        },
      );
    });
    await said;
    for (const worker of lane.workers) if (!this.isUp(worker)) this.#configure(worker);
  }

  #configure(worker: WorkerId): void {
    const lane = this.#laneOf(worker);
    this.#post(lane, [{ kind: 'configure', worker, config: this.#options.worker }]);
    this.#up[worker] = 1;
    this.#starts[worker] = (this.#starts[worker] ?? 0) + 1;
    this.#listener.workerUp(worker);
  }

  #receive(lane: Lane, bytes: Uint8Array): void {
    for (const event of decodeEvents(bytes)) this.#onEvent(lane, event);
  }

  #onEvent(lane: Lane, event: WorkerEvent): void {
    switch (event.kind) {
      case 'hello':
        lane.threadId = event.threadId;
        lane.greeted();
        break;
      case 'batch':
        this.#listener.batch(event);
        break;
      case 'crashed':
        lane.outgoing = lane.outgoing.filter((command) => !isFor(command, event.worker));
        this.#down([event.worker], event.message);
        this.#later(event.worker, () => {
          if (lane.port !== undefined && !this.isUp(event.worker)) this.#configure(event.worker);
        });
        break;
      default:
        assertNever(event);
    }
  }

  /**
   * The thread's task has ended: whatever the reason, its workers are gone and start afresh. What
   * they said last may be on its way still.
   */
  #laneEnded(lane: Lane, port: MessagePort, reason: string): void {
    for (
      let got = receiveMessageOnPort(port);
      got !== undefined;
      got = receiveMessageOnPort(port)
    ) {
      this.#receive(lane, got.message);
    }
    port.close();
    if (this.#stopping || lane.port !== port) return;
    lane.port = undefined;
    lane.outgoing = [];
    this.#down(
      lane.workers.filter((worker) => this.isUp(worker)),
      reason,
    );
    this.#later(workerId(lane.index), () => {
      // A thread that fails before it says hello has ended as well, and is tried again from there.
      this.#startLane(lane).catch(() => {});
    });
  }

  #down(workers: readonly WorkerId[], reason: string): void {
    for (const worker of workers) this.#up[worker] = 0;
    this.#listener.workersDown(workers, reason);
  }

  #later(worker: WorkerId, act: () => void): void {
    const delayMs = this.#backoff[worker]?.next(performance.now()) ?? 0;
    setTimeout(() => {
      if (!this.#stopping) act();
    }, delayMs).unref();
  }
}

function idleLane(index: number, workers: readonly WorkerId[]): Lane {
  return {
    index,
    workers,
    port: undefined,
    wake: new Int32Array(new SharedArrayBuffer(4)),
    outgoing: [],
    threadId: -1,
    greeted: () => {},
    task: Promise.resolve(),
  };
}

function isFor(command: WorkerCommand, worker: WorkerId): boolean {
  return command.kind !== 'drain' && command.worker === worker;
}
