import { assert, assertNever } from '../../shared/assert.ts';
import { type WorkerId, workerId } from '../../shared/ids.ts';
import type {
  CrashedEvent,
  EventBatch,
  Fault,
  WorkerCommand,
  WorkerConfig,
} from '../../shared/protocol.ts';
import type { Transport } from '../cluster/cluster.ts';
import { RestartBackoff } from './restart-backoff.ts';
import { LOOKS_UNTIL_HUNG, ThreadLink } from './thread-link.ts';
import { type ThreadRunner, workerThreads } from './thread-runner.ts';

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
  /** A thread that shows no sign of life for so long is ended, and started again. */
  readonly hangAfterMs: number;
  /** Bytes of commands that a thread may have before it until its workers get no new requests. */
  readonly backlogBytesMax: number;
}

export interface PoolListener {
  /** A throw says that the batch cannot be: the thread that it came from is started again. */
  batch(batch: EventBatch): void;
  /**
   * The workers and all they held are gone, those of a thread at once, also those of them that were
   * down already, and also when a thread could not start. `reason` is for a log line.
   */
  workersDown(workers: readonly WorkerId[], reason: string): void;
  /** The worker is there, with an empty cache. */
  workerUp(worker: WorkerId): void;
  /** Their thread has fallen behind with its commands, or has caught up. */
  workersBehind(workers: readonly WorkerId[], isBehind: boolean): void;
}

/** The workers that share a thread, now and after each restart. */
interface Lane {
  readonly workers: readonly WorkerId[];
  /** Undefined from the end of one thread to the start of the next. */
  link: ThreadLink | undefined;
  isBehind: boolean;
}

/** Beats of a thread in the time after which one that has none is taken to hang. */
const BEATS_UNTIL_HUNG = 5;

/**
 * Owns the worker threads: starts them, carries commands to them and events back, once a turn,
 * and starts again what has died, hangs, or breaks the protocol. Threads come and go; a worker
 * stays on its lane.
 */
export class WorkerPool implements Transport {
  readonly #options: PoolOptions;
  readonly #listener: PoolListener;
  readonly #runner: ThreadRunner;
  readonly #lanes: readonly Lane[];
  readonly #up: Uint8Array;
  readonly #starts: Uint32Array;
  /** When each worker that is down is tried again, on `performance.now()`. */
  readonly #restartAtMs: Float64Array;
  readonly #backoff: readonly RestartBackoff[];
  #watch: NodeJS.Timeout | undefined;
  #flushScheduled = false;
  #stopping = false;

  constructor(
    options: PoolOptions,
    listener: PoolListener,
    runner: ThreadRunner = workerThreads(options.threads, options.threadHeapMb),
  ) {
    const { workers, threads } = options;
    assert(threads <= workers, 'every thread has a worker');
    this.#options = options;
    this.#listener = listener;
    this.#runner = runner;
    this.#up = new Uint8Array(workers);
    this.#starts = new Uint32Array(workers);
    this.#restartAtMs = new Float64Array(workers);
    this.#backoff = Array.from({ length: workers }, () => new RestartBackoff());
    const ids = Array.from({ length: workers }, (_, index) => workerId(index));
    this.#lanes = Array.from({ length: threads }, (_, index) => ({
      workers: ids.filter((worker) => worker % threads === index),
      link: undefined,
      isBehind: false,
    }));
  }

  /** Starts every thread and waits until each has answered and has its workers. */
  async start(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => this.#startLane(lane)));
    this.#watch = setInterval(this.#look, this.#options.hangAfterMs / LOOKS_UNTIL_HUNG).unref();
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

  /**
   * When a worker that is down is started again, in milliseconds on `performance.now()`: a time
   * that may have come. Undefined while it is up.
   */
  restartAtMs(worker: WorkerId): number | undefined {
    return this.isUp(worker) ? undefined : this.#restartAtMs[worker];
  }

  /** Sends a command to its worker at the end of this turn. */
  send(command: WorkerCommand): void {
    assert(command.kind !== 'drain', 'a drain is for threads, not for one worker');
    const { link } = this.#laneOf(command.worker);
    if (link === undefined) return;
    link.send(command);
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      setImmediate(this.#flush);
    }
  }

  /** Makes a worker fail, to see what the rest of the system does. False if it is down already. */
  injectFault(worker: WorkerId, fault: Fault): boolean {
    if (!this.isUp(worker)) return false;
    this.send({ kind: 'fault', worker, fault });
    return true;
  }

  /**
   * Ends the thread that `worker` runs on, as an operator or the system might. False if the worker
   * is down already.
   */
  terminateThreadOf(worker: WorkerId): boolean {
    if (!this.isUp(worker)) return false;
    this.#laneOf(worker).link?.giveUp('it was terminated');
    return true;
  }

  /** Lets the threads end once their workers are idle; those that are not by then are ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    const links = this.#lanes.flatMap(({ link }) => (link === undefined ? [] : [link]));
    for (const link of links) {
      link.send({ kind: 'drain' });
      link.flush();
    }
    await Promise.race([
      Promise.all(links.map((link) => link.ended)),
      new Promise((resolve) => setTimeout(resolve, 500).unref()),
    ]);
    await this.#runner.destroy();
  }

  #laneOf(worker: WorkerId): Lane {
    const lane = this.#lanes[worker % this.#lanes.length];
    assert(lane !== undefined, 'every worker has a lane');
    return lane;
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    for (const lane of this.#lanes) {
      lane.link?.flush();
      this.#noteBacklog(lane);
    }
  };

  readonly #look = (): void => {
    for (const lane of this.#lanes) {
      lane.link?.look();
      this.#noteBacklog(lane);
    }
  };

  /** A thread that is behind has caught up once it has taken half of what is too much. */
  #noteBacklog(lane: Lane): void {
    const { backlogBytesMax } = this.#options;
    const limit = lane.isBehind ? backlogBytesMax / 2 : backlogBytesMax;
    const isBehind = lane.link !== undefined && lane.link.backlogBytes > limit;
    if (isBehind === lane.isBehind) return;
    lane.isBehind = isBehind;
    this.#listener.workersBehind(
      lane.workers.filter((worker) => this.isUp(worker)),
      isBehind,
    );
  }

  async #startLane(lane: Lane): Promise<void> {
    const { clockOrigin, tickUs, hangAfterMs } = this.#options;
    const beatMs = hangAfterMs / BEATS_UNTIL_HUNG;
    lane.link = new ThreadLink(
      this.#runner,
      { clockOrigin, tickUs, beatMs },
      {
        event: (event) => this.#onEvent(lane, event),
        ended: (reason) => this.#laneEnded(lane, reason),
      },
    );
    await lane.link.greeted;
    for (const worker of lane.workers) this.#configure(lane, worker);
  }

  #configure(lane: Lane, worker: WorkerId): void {
    if (lane.link === undefined || this.isUp(worker)) return;
    lane.link.send({ kind: 'configure', worker, config: this.#options.worker });
    lane.link.flush();
    this.#up[worker] = 1;
    this.#starts[worker] = (this.#starts[worker] ?? 0) + 1;
    this.#listener.workerUp(worker);
    if (lane.isBehind) this.#listener.workersBehind([worker], true);
  }

  #onEvent(lane: Lane, event: EventBatch | CrashedEvent): void {
    switch (event.kind) {
      case 'batch':
        this.#expect(lane, event.worker);
        this.#listener.batch(event);
        if (lane.isBehind) this.#noteBacklog(lane);
        break;
      case 'crashed':
        this.#expect(lane, event.worker);
        lane.link?.drop(event.worker);
        this.#down([event.worker], event.message);
        this.#later([event.worker], () => this.#configure(lane, event.worker));
        break;
      default:
        assertNever(event);
    }
  }

  #expect(lane: Lane, worker: WorkerId): void {
    assert(lane.workers.includes(worker) && this.isUp(worker), 'a thread speaks for its workers');
  }

  /** Whatever the reason, its workers are gone and start afresh on another thread. */
  #laneEnded(lane: Lane, reason: string): void {
    lane.link = undefined;
    lane.isBehind = false;
    if (this.#stopping) return;
    this.#down(lane.workers, reason);
    this.#later(lane.workers, () => {
      // A thread that fails before it says hello has ended as well, and is tried again from there.
      this.#startLane(lane).catch(() => {});
    });
  }

  #down(workers: readonly WorkerId[], reason: string): void {
    for (const worker of workers) this.#up[worker] = 0;
    this.#listener.workersDown(workers, reason);
  }

  /** Starts workers that died together, which back off as the first of them does. */
  #later(workers: readonly WorkerId[], start: () => void): void {
    const nowMs = performance.now();
    const delayMs = this.#backoff[workers[0]!]!.next(nowMs);
    for (const worker of workers) this.#restartAtMs[worker] = nowMs + delayMs;
    setTimeout(() => {
      if (!this.#stopping) start();
    }, delayMs).unref();
  }
}
