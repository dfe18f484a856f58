import assert from 'node:assert/strict';
import { Cluster, type Transport } from '../../engine/cluster/cluster.ts';
import { type RouterConfig, SmartRouter } from '../../engine/router/smart-router.ts';
import { SimulatedWorker } from '../../engine/worker/worker.ts';
import { decodeEvents, encodeEvents } from '../../shared/codec.ts';
import { type WorkerId, workerId } from '../../shared/ids.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import {
  type CancelCommand,
  EventBatch,
  type ExtendCommand,
  type SubmitCommand,
  type WorkerCommand,
  type WorkerConfig,
} from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';

export interface VirtualClusterOptions {
  readonly router: RouterConfig;
  readonly worker: WorkerConfig;
  /** Longest time that a message is under way to or from a worker; 0 is a direct call. */
  readonly delayUsMax: number;
  readonly seed: number;
  /** Sees every batch as it leaves its worker. */
  readonly onBatch?: (batch: EventBatch, nowUs: number) => void;
}

/** What a cluster sends: all else is the host's. */
export function isForSequence(
  command: WorkerCommand,
): command is SubmitCommand | ExtendCommand | CancelCommand {
  return command.kind === 'submit' || command.kind === 'extend' || command.kind === 'cancel';
}

/**
 * A cluster in virtual time whose workers can die: what is planned happens at its time, and at one
 * instant before anything that is due on a worker. Messages of one worker stay in order, however
 * long each is under way, and those of a worker that has died are lost.
 */
export class VirtualCluster implements Transport {
  readonly router: SmartRouter;
  readonly cluster: Cluster;
  readonly #options: VirtualClusterOptions;
  readonly #rng: Rng;
  readonly #workers: (SimulatedWorker | undefined)[];
  /** How often each worker has died. */
  readonly #deaths: number[];
  /** When the last message to and from each worker arrives. */
  readonly #downUs: number[];
  readonly #upUs: number[];
  readonly #plan = new IndexedHeap();
  readonly #acts: (() => void)[] = [];
  readonly #batch = new EventBatch(workerId(0));
  #nowUs = 0;

  constructor(options: VirtualClusterOptions) {
    const { router, worker, seed } = options;
    this.#options = options;
    this.#rng = new Rng(seed).fork('transport');
    this.router = new SmartRouter(router);
    this.cluster = new Cluster(this.router, this, router.workers, router.blockSize);
    const ids = Array.from({ length: router.workers }, (_, index) => workerId(index));
    this.#workers = ids.map((id) => new SimulatedWorker(id, worker));
    this.#deaths = ids.map(() => 0);
    this.#downUs = ids.map(() => 0);
    this.#upUs = ids.map(() => 0);
  }

  get nowUs(): TimeUs {
    return timeUs(this.#nowUs);
  }

  /** True when messages take time, so that the router knows of the workers only what was. */
  get hasDelays(): boolean {
    return this.#options.delayUsMax > 0;
  }

  /** Workers that live. */
  get workers(): readonly SimulatedWorker[] {
    return this.#workers.filter((worker) => worker !== undefined);
  }

  /** Plans something from outside for `atUs`, or for now if that is past. */
  at(atUs: number, act: () => void): void {
    this.#plan.set(this.#acts.length, Math.max(atUs, this.#nowUs), this.#acts.length);
    this.#acts.push(act);
  }

  /** Kills workers at once; each comes back with an empty cache after `downUs`. */
  kill(ids: readonly WorkerId[], downUs: number): void {
    const dead = ids.filter((id) => this.#workers[id] !== undefined);
    for (const id of dead) {
      this.#workers[id] = undefined;
      this.#deaths[id] = this.#deaths[id]! + 1;
      this.at(this.#nowUs + downUs, () => {
        this.#workers[id] = new SimulatedWorker(id, this.#options.worker);
        this.cluster.workerUp(id);
      });
    }
    this.cluster.workersDown(dead, this.nowUs);
  }

  /** Lets `worker` look for something to do when there is nothing, which must change nothing. */
  wakeInVain(worker: SimulatedWorker): void {
    if (worker.nextWakeUs() <= this.#nowUs) return;
    assert.equal(worker.advance(this.#nowUs, this.#horizonUs, this.#batch), false);
  }

  send(command: WorkerCommand): void {
    assert.ok(isForSequence(command));
    const { worker: id } = command;
    this.#deliver(id, this.#downUs, () => {
      const worker = this.#workers[id] ?? assert.fail('messages to the dead are lost');
      if (command.kind === 'submit') worker.submit(command);
      else if (command.kind === 'extend') worker.extend(command, this.#nowUs);
      else worker.cancel(command, this.#nowUs);
    });
  }

  /** Does the next thing. False when there is nothing left. */
  step(): boolean {
    let next: SimulatedWorker | undefined;
    let wakeUs = Number.POSITIVE_INFINITY;
    for (const worker of this.workers) {
      const dueUs = worker.nextWakeUs();
      assert.ok(dueUs >= this.#nowUs || this.hasDelays, 'time never runs backwards');
      if (Math.max(dueUs, this.#nowUs) >= wakeUs) continue;
      wakeUs = Math.max(dueUs, this.#nowUs);
      next = worker;
    }
    const planUs = this.#plan.peekKey();
    if (planUs < Number.POSITIVE_INFINITY && planUs <= wakeUs) {
      this.#nowUs = planUs;
      this.#acts[this.#plan.pop()]?.();
    } else {
      if (next === undefined) return false;
      this.#nowUs = wakeUs;
      this.#advance(next);
    }
    return true;
  }

  /** With messages under way, something from the past may come at any moment. */
  get #horizonUs(): number {
    return this.hasDelays ? this.#nowUs + 1 : Number.POSITIVE_INFINITY;
  }

  #advance(worker: SimulatedWorker): void {
    if (!worker.advance(this.#nowUs, this.#horizonUs, this.#batch)) return;
    this.#options.onBatch?.(this.#batch, this.#nowUs);
    if (!this.hasDelays) {
      this.cluster.applyBatch(this.#batch);
      return;
    }
    const [copy] = decodeEvents(encodeEvents([this.#batch]));
    assert.ok(copy?.kind === 'batch');
    this.#deliver(worker.id, this.#upUs, () => this.cluster.applyBatch(copy));
  }

  /**
   * Does `act` when a message of `worker` that leaves now has arrived, if the worker still lives.
   */
  #deliver(worker: WorkerId, lastUs: number[], act: () => void): void {
    if (!this.hasDelays) {
      act();
      return;
    }
    const delayUs = this.#rng.below(this.#options.delayUsMax + 1);
    const atUs = Math.max(lastUs[worker]!, this.#nowUs + delayUs);
    lastUs[worker] = atUs;
    const deaths = this.#deaths[worker];
    this.at(atUs, () => {
      if (this.#deaths[worker] === deaths) act();
    });
  }
}
