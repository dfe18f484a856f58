import assert from 'node:assert/strict';
import { Cluster, type Transport } from '../../engine/cluster/cluster.ts';
import { HostedWorkers } from '../../engine/host/hosted-workers.ts';
import { SmartRouter } from '../../engine/router/smart-router.ts';
import { decodeCommands, decodeEvents, encodeCommands, encodeEvents } from '../../shared/codec.ts';
import { workerId } from '../../shared/ids.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import type { WorkerCommand } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { isForSequence, type VirtualClusterOptions } from '../support/virtual-cluster.ts';

export interface LateThreadsOptions extends VirtualClusterOptions {
  readonly threads: number;
  /** How late a thread may look, at most, when something is due or a message has come. */
  readonly latenessUsMax: number;
  /** Share of looks that are followed by one in vain. */
  readonly vainShare: number;
}

interface Lane {
  readonly workers: HostedWorkers;
  readonly inbox: WorkerCommand[];
  /** When it looks next. */
  lookUs: number;
}

/**
 * A cluster on the hosted workers of the real-time driver, with every message encoded and decoded,
 * but with a clock of the test's own. They are late at random, as threads are.
 */
export class LateThreads implements Transport {
  readonly cluster: Cluster;
  readonly #options: LateThreadsOptions;
  readonly #rng: Rng;
  readonly #lanes: readonly Lane[];
  readonly #plan = new IndexedHeap();
  readonly #acts: (() => void)[] = [];
  #nowUs = 0;

  constructor(options: LateThreadsOptions) {
    const { router, worker, threads, seed } = options;
    this.#options = options;
    this.#rng = new Rng(seed).fork('lateness');
    this.cluster = new Cluster(new SmartRouter(router), this, router.workers, router.blockSize);
    this.#lanes = Array.from({ length: threads }, () => ({
      workers: new HostedWorkers(),
      inbox: [],
      lookUs: Number.POSITIVE_INFINITY,
    }));
    for (let id = 0; id < router.workers; id++) {
      const configure = { kind: 'configure', worker: workerId(id), config: worker } as const;
      this.#laneOf(id).workers.handle(configure, 0);
    }
  }

  get nowUs(): TimeUs {
    return timeUs(this.#nowUs);
  }

  at(atUs: number, act: () => void): void {
    this.#plan.set(this.#acts.length, atUs, this.#acts.length);
    this.#acts.push(act);
  }

  /**
   * Does `act`, which may cancel or extend, as if every thread were in time: either takes effect
   * when the worker hears of it, so that a late one is another one.
   */
  inTime(act: () => void): void {
    const atUs = this.#nowUs;
    this.#nowUs = atUs - 1;
    for (const lane of this.#lanes) this.#look(lane);
    this.#nowUs = atUs;
    act();
    for (const lane of this.#lanes) this.#deliver(lane);
  }

  send(command: WorkerCommand): void {
    assert.ok(isForSequence(command));
    const lane = this.#laneOf(command.worker);
    lane.inbox.push(command);
    lane.lookUs = Math.min(lane.lookUs, this.#nowUs + this.#lateness());
  }

  run(): void {
    for (let steps = 0; ; steps++) {
      assert.ok(steps < 1e6, 'the work comes to an end');
      const planUs = this.#plan.peekKey();
      const lane = this.#lanes.reduce((a, b) => (b.lookUs < a.lookUs ? b : a));
      if (Math.min(planUs, lane.lookUs) === Number.POSITIVE_INFINITY) break;
      this.#nowUs = Math.min(planUs, lane.lookUs);
      if (planUs <= lane.lookUs) this.#acts[this.#plan.pop()]?.();
      else this.#look(lane);
    }
    for (const { workers } of this.#lanes) {
      workers.handle({ kind: 'drain' }, this.#nowUs);
      assert.ok(workers.isDrained);
    }
  }

  #laneOf(worker: number): Lane {
    return this.#lanes[worker % this.#lanes.length] ?? assert.fail();
  }

  #lateness(): number {
    return this.#rng.below(this.#options.latenessUsMax + 1);
  }

  #look(lane: Lane): void {
    this.#deliver(lane);
    lane.workers.advance(this.#nowUs);
    if (this.#rng.unit() < this.#options.vainShare) {
      for (const command of decodeCommands(encodeCommands([])))
        lane.workers.handle(command, this.#nowUs);
      lane.workers.advance(this.#nowUs);
    }
    lane.workers.checkInvariants();
    const events = decodeEvents(encodeEvents(lane.workers.events));
    lane.workers.recycle();
    for (const event of events) {
      assert.ok(event.kind === 'batch', JSON.stringify(event));
      this.#options.onBatch?.(event, this.#nowUs);
      this.cluster.applyBatch(event);
    }
    lane.lookUs = lane.workers.nextWakeUs();
    if (lane.lookUs < Number.POSITIVE_INFINITY) {
      lane.lookUs = Math.max(lane.lookUs, this.#nowUs) + this.#lateness();
    }
  }

  #deliver(lane: Lane): void {
    if (lane.inbox.length === 0) return;
    const commands = decodeCommands(encodeCommands(lane.inbox));
    lane.inbox.length = 0;
    for (const command of commands) lane.workers.handle(command, this.#nowUs);
  }
}
