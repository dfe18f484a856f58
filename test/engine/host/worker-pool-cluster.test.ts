import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Cluster } from '../../../engine/cluster/cluster.ts';
import { clockOrigin } from '../../../engine/host/clock.ts';
import { type PoolListener, WorkerPool } from '../../../engine/host/worker-pool.ts';
import { SmartRouter } from '../../../engine/router/smart-router.ts';
import { type RequestId, type WorkerId, workerId } from '../../../shared/ids.ts';
import { EventBatch, OUTCOME } from '../../../shared/protocol.ts';
import { timeUs } from '../../../shared/units.ts';
import { eventually } from '../../support/eventually.ts';
import { clusterRequestWith, routerConfigWith } from '../../support/routing.ts';
import { type ScriptedThread, ScriptedThreads } from '../../support/scripted-threads.ts';
import { workerConfigWith } from '../../support/sequences.ts';

/** A cluster of two workers on two threads that the test plays, wired as the gateway wires it. */
class WiredRig implements PoolListener {
  readonly threads = new ScriptedThreads();
  readonly router = new SmartRouter(routerConfigWith());
  readonly pool: WorkerPool;
  readonly cluster: Cluster;
  readonly heard: string[] = [];
  readonly reasons: string[] = [];
  readonly #seqs = [0, 0];

  constructor(t: TestContext) {
    this.pool = new WorkerPool(
      {
        workers: 2,
        threads: 2,
        worker: workerConfigWith(),
        clockOrigin: clockOrigin(),
        tickUs: 100,
        threadHeapMb: 48,
        hangAfterMs: 60_000,
        backlogBytesMax: 1 << 20,
      },
      this,
      this.threads,
    );
    this.cluster = new Cluster(this.router, this.pool, 2, 4);
    t.after(async () => {
      const stopped = this.pool.stop();
      await this.threads.destroy();
      await stopped;
    });
  }

  batch(batch: EventBatch): void {
    this.cluster.applyBatch(batch);
  }

  workersDown(workers: readonly WorkerId[], reason: string): void {
    this.reasons.push(reason);
    this.cluster.workersDown(workers, timeUs(0));
  }

  workerUp(worker: WorkerId): void {
    this.cluster.workerUp(worker);
  }

  workersBehind(): void {}

  thread(worker: number): ScriptedThread {
    return this.threads.all[worker] ?? assert.fail();
  }

  /** A request on `worker` whose first token is out. */
  async streaming(worker: number): Promise<RequestId> {
    const request = clusterRequestWith(worker + 1, { pinned: workerId(worker) });
    const placement = this.cluster.submit(request, {
      started: (id) => this.heard.push(`${id} started`),
      tokens: () => {},
      ended: (id, outcome) => this.heard.push(`${id} ended ${outcome}`),
      failed: (id) => this.heard.push(`${id} failed`),
    });
    const id = placement?.request ?? assert.fail();
    this.thread(worker).say(this.next(worker, (batch) => batch.pushStarted(id, 0, 0)));
    await eventually('it has started', () => this.heard.includes(`${id} started`));
    return id;
  }

  /** The next batch of a worker. */
  next(worker: number, fill: (batch: EventBatch) => void): EventBatch {
    const batch = new EventBatch(workerId(worker));
    batch.seq = ++this.#seqs[worker]!;
    batch.load.submitsSeen = 1;
    fill(batch);
    return batch;
  }
}

/** What a thread may say of its own request and of one on the other thread that cannot be. */
const IMPOSSIBLE: Readonly<Record<string, (batch: EventBatch, other: RequestId) => void>> = {
  'a batch is missing': (batch) => {
    batch.seq++;
  },
  'a batch comes twice': (batch) => {
    batch.seq--;
  },
  'a request ends that there is not': (batch) => batch.ended.push2(99, OUTCOME.finished),
  'a request of another worker ends': (batch, other) => batch.ended.push2(other, OUTCOME.finished),
  'a request ends in no known way': (batch) => batch.ended.push2(1, 77),
};

describe('a thread whose messages cannot be true, since', () => {
  for (const [name, spoil] of Object.entries(IMPOSSIBLE)) {
    test(`${name}, costs its own requests and no others`, async (t) => {
      const rig = new WiredRig(t);
      await rig.pool.start();
      const [mine, other] = [await rig.streaming(0), await rig.streaming(1)];
      rig.thread(0).say(rig.next(0, (batch) => spoil(batch, other)));
      await eventually('it has failed', () => rig.heard.includes(`${mine} failed`));
      assert.match(rig.reasons[0] ?? '', /broke the protocol: /);
      rig.cluster.checkInvariants();
      rig.thread(1).say(rig.next(1, (batch) => batch.ended.push2(other, OUTCOME.finished)));
      await eventually('the other has ended', () => rig.cluster.inFlight === 0);
      const { finished, failed } = rig.cluster.counts;
      assert.deepEqual([finished, failed, rig.reasons.length], [1, 1, 1]);
      await eventually('its worker is back', () => rig.pool.isUp(workerId(0)));
      assert.equal(rig.router.ledger.activeRequests(0), 0);
      assert.ok(!rig.thread(1).isAborted, 'the other thread goes on');
    });
  }
});
