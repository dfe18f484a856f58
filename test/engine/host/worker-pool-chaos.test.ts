import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Cluster } from '../../../engine/cluster/cluster.ts';
import type { Placement, RequestListener } from '../../../engine/cluster/request.ts';
import { clockOrigin, monotonicClock } from '../../../engine/host/clock.ts';
import { workerThreads } from '../../../engine/host/thread-runner.ts';
import { type PoolListener, WorkerPool } from '../../../engine/host/worker-pool.ts';
import { SmartRouter } from '../../../engine/router/smart-router.ts';
import { HASH_WORDS } from '../../../shared/block-hash.ts';
import { type WorkerId, workerId } from '../../../shared/ids.ts';
import { type EventBatch, OUTCOME, type Outcome, REMOVED_BIT } from '../../../shared/protocol.ts';
import { Rng } from '../../../shared/rng.ts';
import { eventually } from '../../support/eventually.ts';
import { GarblingThreads } from '../../support/garbling-threads.ts';
import { SEED } from '../../support/property.ts';
import { clusterRequestWith, routerConfigWith } from '../../support/routing.ts';
import { constantLatency, hashesOf, workerConfigWith } from '../../support/sequences.ts';

const WORKERS = 6;
const THREADS = 3;
const BLOCK = 4;
const IN_FLIGHT = 60;
/** At least, and as many more as it takes until every fault has come. */
const REQUESTS = 3000;
/** The next fault comes when so many more requests have ended and nothing is left of the last. */
const FAULT_EVERY = 500;
const FAULTS = ['throw', 'terminate', 'garble', 'out-of-memory', 'hang'] as const;

/** Real threads under a load that never lets up, and everything that can happen to them. */
class Chaos implements PoolListener {
  readonly #rng = new Rng(SEED);
  readonly #nowUs = monotonicClock(clockOrigin());
  readonly #threads = new GarblingThreads(workerThreads(THREADS, 48));
  readonly router = new SmartRouter(routerConfigWith({ workers: WORKERS, seed: SEED }));
  readonly pool: WorkerPool;
  readonly cluster: Cluster;
  /** Blocks that each worker has said it holds, and how many it says there are. */
  readonly held = Array.from({ length: WORKERS }, () => new Set<string>());
  readonly reported = new Array<number>(WORKERS).fill(0);
  readonly downs: { workers: readonly WorkerId[]; reason: string }[] = [];
  #faults = 0;
  #nextFaultAt = FAULT_EVERY;
  /** Requests that no worker could take when they came. */
  #unplaced = 0;
  submitted = 0;
  #ended = 0;
  /** Workers whose end is being told. */
  #dying: readonly WorkerId[] = [];

  constructor(scheduler: 'paced' | 'batched') {
    const origin = clockOrigin();
    this.#nowUs = monotonicClock(origin);
    const worker = workerConfigWith({
      scheduler,
      latency: constantLatency(500, 1000),
      numBlocks: 300,
      maxWaiting: 1000,
    });
    this.pool = new WorkerPool(
      {
        workers: WORKERS,
        threads: THREADS,
        worker,
        clockOrigin: origin,
        tickUs: 100,
        threadHeapMb: 48,
        hangAfterMs: 2500,
        backlogBytesMax: 1 << 26,
      },
      this,
      this.#threads,
    );
    this.cluster = new Cluster(this.router, this.pool, WORKERS, BLOCK);
  }

  async run(): Promise<void> {
    await this.pool.start();
    try {
      for (let n = 0; n < IN_FLIGHT; n++) this.#submit();
      await eventually(
        'all is over',
        () => this.#ended === this.submitted && this.#isCalm(),
        60_000,
      );
    } finally {
      await this.pool.stop();
    }
  }

  batch(batch: EventBatch): void {
    const held = this.held[batch.worker]!;
    for (let at = 0; at < batch.kv.length; at += HASH_WORDS) {
      const [lo, hi] = [batch.kv.at(at), batch.kv.at(at + 1)];
      if (hi >= REMOVED_BIT) assert.ok(held.delete(`${lo}:${hi - REMOVED_BIT}`));
      else held.add(`${lo}:${hi}`);
    }
    this.reported[batch.worker] = batch.load.cachedBlocks + batch.load.activeBlocks;
    this.cluster.applyBatch(batch);
    this.cluster.checkInvariants();
  }

  workersDown(workers: readonly WorkerId[], reason: string): void {
    this.downs.push({ workers, reason });
    this.#dying = workers;
    this.cluster.workersDown(workers, this.#nowUs());
    this.#dying = [];
    this.cluster.checkInvariants();
    for (const worker of workers) {
      this.held[worker]!.clear();
      this.reported[worker] = 0;
    }
  }

  workerUp(worker: WorkerId): void {
    this.cluster.workerUp(worker);
    for (; this.#unplaced > 0; this.#unplaced--) this.#submit();
  }

  workersBehind(workers: readonly WorkerId[], isBehind: boolean): void {
    this.cluster.workersBehind(workers, isBehind);
  }

  #submit(): void {
    if (this.submitted >= REQUESTS && this.#faults === FAULTS.length) return;
    this.submitted++;
    const rng = this.#rng;
    const [promptTokens, outputTokens] = [4 + rng.below(40), 1 + rng.below(40)];
    const hashes = hashesOf(BLOCK, [rng.below(12), promptTokens], [this.submitted, outputTokens]);
    const known = Math.floor(promptTokens / BLOCK) * HASH_WORDS;
    const lot = rng.below(8);
    let placement: Placement | undefined;
    const ended = () => {
      this.#ended++;
      if (this.#ended >= this.#nextFaultAt && this.#isCalm()) this.#fault();
      this.#submit();
    };
    let tokens = 0;
    const listener: RequestListener = {
      started: () => assert.equal(tokens, 0, 'a request begins once'),
      tokens: (request, count) => {
        tokens += count;
        if (lot > 1 || tokens < outputTokens / 2) return;
        // Half way its client leaves, or its text comes to a stop: nothing more is heard of it.
        if (lot === 0) this.cluster.cancel(request);
        else this.cluster.stop(request);
        ended();
      },
      ended: (_, outcome: Outcome) => {
        assert.equal(outcome, OUTCOME.finished);
        assert.equal(tokens, outputTokens, 'every token has come');
        ended();
      },
      failed: () => {
        assert.ok(placement && this.#dying.includes(placement.worker), 'its own worker died');
        ended();
      },
    };
    const request = clusterRequestWith(this.submitted, {
      hashes: hashes.subarray(0, known),
      promptBlocks: known / HASH_WORDS,
      promptTokens,
      outputTokens,
      arrivedUs: this.#nowUs(),
    });
    placement = this.cluster.submit(request, listener);
    if (placement !== undefined) {
      this.cluster.extend(placement.request, hashes.subarray(known));
    } else {
      this.submitted--;
      this.#unplaced++;
    }
  }

  /** Every fault has been noticed, and all workers are back. */
  #isCalm(): boolean {
    return (
      this.downs.length >= this.#faults &&
      this.reported.every((_, worker) => this.pool.isUp(workerId(worker)))
    );
  }

  #fault(): void {
    const fault = FAULTS[this.#faults];
    if (fault === undefined) return;
    const worker = workerId(this.#rng.below(WORKERS));
    this.#faults++;
    this.#nextFaultAt = this.#ended + FAULT_EVERY;
    if (fault === 'garble') this.#threads.garble(this.#rng.below(THREADS));
    else if (fault === 'terminate') this.pool.terminateThreadOf(worker);
    else this.pool.injectFault(worker, fault);
  }
}

describe(`seed ${SEED}: threads that throw, die, hang and garble under load`, () => {
  for (const scheduler of ['paced', 'batched'] as const) {
    test(`cost the requests that they had begun, and leave the books in order: ${scheduler}`, async () => {
      const chaos = new Chaos(scheduler);
      await chaos.run();
      const { cluster, router } = chaos;
      assert.equal(cluster.inFlight, 0);
      cluster.checkInvariants();
      assert.equal(cluster.counts.submitted, chaos.submitted);
      const { finished, cancelled } = cluster.counts;
      assert.ok(finished > REQUESTS / 2, 'most requests finish');
      assert.ok(cancelled > 0, 'some are given up');
      for (const { workers } of chaos.downs) {
        const lanes = new Set(workers.map((worker) => worker % THREADS));
        assert.equal(lanes.size, 1, 'a fault costs one thread at most');
      }
      const reasons = chaos.downs.map(({ reason }) => reason);
      for (const expected of [/told to fail/, /terminated/, /broke the protocol/, /hangs/]) {
        assert.ok(
          reasons.some((reason) => expected.test(reason)),
          `${expected}: ${reasons}`,
        );
      }
      for (let worker = 0; worker < WORKERS; worker++) {
        assert.equal(router.index.cachedBlocks(worker), chaos.held[worker]!.size);
        assert.equal(router.index.cachedBlocks(worker), chaos.reported[worker]);
        assert.equal(router.ledger.activeRequests(worker), 0);
      }
      assert.equal(router.index.bookedBits, 0);
    });
  }
});
