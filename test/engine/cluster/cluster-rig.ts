import assert from 'node:assert/strict';
import { Cluster } from '../../../engine/cluster/cluster.ts';
import type { RequestListener } from '../../../engine/cluster/request.ts';
import type { RoutingPolicy } from '../../../engine/router/routing-policy.ts';
import { type RouterConfig, SmartRouter } from '../../../engine/router/smart-router.ts';
import { type RequestId, workerId } from '../../../shared/ids.ts';
import { EventBatch, type Outcome, type WorkerCommand } from '../../../shared/protocol.ts';
import { timeUs } from '../../../shared/units.ts';
import { clusterRequestWith, routerConfigWith } from '../../support/routing.ts';

/** A cluster whose workers are the test itself: it sees the commands and writes the batches. */
export class ClusterRig {
  readonly sent: WorkerCommand[] = [];
  readonly defects: string[] = [];
  readonly heard: string[] = [];
  readonly router: SmartRouter;
  readonly cluster: Cluster;
  readonly #seqs: number[];
  readonly #submits: number[];

  constructor(changes: Partial<RouterConfig> = {}, policy?: RoutingPolicy) {
    const config = routerConfigWith(changes);
    this.router = new SmartRouter(config, policy);
    this.cluster = new Cluster(
      this.router,
      { send: (command) => this.sent.push(command) },
      config.workers,
      config.blockSize,
      (error, request) =>
        this.defects.push(`${request} ${error instanceof Error && error.message}`),
    );
    this.#seqs = Array(config.workers).fill(0);
    this.#submits = Array(config.workers).fill(0);
  }

  readonly listener: RequestListener = {
    started: (request, cached, queuedUs) =>
      this.heard.push(`${request} started ${cached} ${queuedUs}`),
    tokens: (request, count, lateUs) => this.heard.push(`${request} tokens ${count} ${lateUs}`),
    ended: (request, outcome) => this.heard.push(`${request} ended ${outcome}`),
    failed: (request, failure) => this.heard.push(`${request} failed ${failure}`),
  };

  submit(name: number, changes: Parameters<typeof clusterRequestWith>[1] = {}): RequestId {
    const placement = this.cluster.submit(clusterRequestWith(name, changes), this.listener);
    assert.ok(placement !== undefined);
    return placement.request;
  }

  /** Submits to one worker whatever the policy says. */
  submitTo(worker: number, name: number): RequestId {
    return this.submit(name, { pinned: workerId(worker) });
  }

  /** A batch of `worker` that has seen all that was sent to it. */
  batch(worker: number, fill: (batch: EventBatch) => void): EventBatch {
    const batch = new EventBatch(workerId(worker));
    this.#seqs[worker] = this.#seqs[worker]! + 1;
    batch.seq = this.#seqs[worker]!;
    batch.load.submitsSeen = this.sent.filter(
      (command) => command.kind === 'submit' && command.worker === worker,
    ).length;
    batch.load.submitsSeen -= this.#submits[worker]!;
    fill(batch);
    return batch;
  }

  apply(worker: number, fill: (batch: EventBatch) => void): void {
    this.cluster.applyBatch(this.batch(worker, fill));
    this.cluster.checkInvariants();
  }

  start(worker: number, request: RequestId): void {
    this.apply(worker, (batch) => {
      batch.pushStarted(request, 0, 0);
      batch.tokens.push3(request, 1, 0);
    });
  }

  end(worker: number, request: RequestId, outcome: Outcome): void {
    this.apply(worker, (batch) => batch.ended.push2(request, outcome));
  }

  down(worker: number): void {
    this.#seqs[worker] = 0;
    this.#submits[worker] = this.sent.filter(
      (command) => command.kind === 'submit' && command.worker === worker,
    ).length;
    this.cluster.workersDown([workerId(worker)], timeUs(500));
    this.cluster.checkInvariants();
  }

  submits(): number[][] {
    return this.sent.flatMap((c) => (c.kind === 'submit' ? [[c.request, c.worker]] : []));
  }
}
