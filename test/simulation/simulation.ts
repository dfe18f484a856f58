import assert from 'node:assert/strict';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { NO_REQUEST, workerId } from '../../shared/ids.ts';
import { SPEC_DEFAULTS } from '../../shared/protocol.ts';
import { combineSeeds, Rng } from '../../shared/rng.ts';
import { hashesOf } from '../support/sequences.ts';
import { VirtualCluster } from '../support/virtual-cluster.ts';
import { Client } from './client.ts';
import type { PlannedRequest, Scenario } from './scenario.ts';

/** Steps between two checks of everything. */
const PAUSE_EVERY = 64;

/** Runs a scenario to its end and holds the whole cluster to its invariants on the way. */
export class Simulation {
  /** Everything that clients heard, in order. */
  readonly log: string[] = [];
  readonly #scenario: Scenario;
  readonly #virtual: VirtualCluster;
  readonly #clients: Client[] = [];
  /** The block before each block, by their hashes; a first block has none. */
  readonly #parents = new Map<string, string>();
  /** Requests for which there was no worker. */
  #unplaced = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#virtual = new VirtualCluster(scenario.cluster);
    for (const request of scenario.requests) {
      this.#virtual.at(request.arrivedUs, () => this.#arrive(request));
    }
    for (const { atUs, workers, downUs } of scenario.deaths) {
      this.#virtual.at(atUs, () => this.#virtual.kill(workers.map(workerId), downUs));
    }
  }

  /** Wakes every worker in vain at `count` moments, which must change nothing. */
  disturb(count: number): void {
    const rng = new Rng(this.#scenario.cluster.seed).fork('disturb');
    const endUs = this.#scenario.requests.at(-1)?.arrivedUs ?? 0;
    for (let n = 0; n < count; n++) {
      this.#virtual.at(rng.below(endUs + 1), () => {
        for (const worker of this.#virtual.workers) this.#virtual.wakeInVain(worker);
      });
    }
  }

  run(): void {
    for (let steps = 1; this.#virtual.step(); steps++) {
      this.#checkWakes();
      if (steps % PAUSE_EVERY === 0) this.#check();
      assert.ok(steps < 1e6, 'the work comes to an end');
    }
    this.#check();
    this.#checkDrained();
  }

  /** How many requests had each fate. */
  fates(): Record<string, number> {
    const fates: Record<string, number> = { unplaced: this.#unplaced };
    for (const { fate } of this.#clients) fates[fate] = (fates[fate] ?? 0) + 1;
    return fates;
  }

  #arrive(planned: PlannedRequest): void {
    const { blockSize, kvEnabled } = this.#scenario.cluster.router;
    const outputTokens = planned.runs.at(-1)?.[1] ?? 1;
    const promptTokens = planned.runs.slice(0, -1).reduce((sum, [, tokens]) => sum + tokens, 0);
    const hashes = kvEnabled ? hashesOf(blockSize, ...planned.runs) : new Uint32Array(0);
    this.#noteParents(hashes);
    let first = NO_REQUEST;
    let pinned = planned.pinned === undefined ? undefined : workerId(planned.pinned);
    for (let choice = 0; choice < planned.choices; choice++) {
      const quiet = this.#clients.length % 5 === 0 ? 1 : 0;
      const client = new Client(this.#virtual, outputTokens, quiet === 1, this.log);
      const placement = this.#virtual.cluster.submit(
        {
          hashes,
          promptBlocks: kvEnabled ? Math.floor(promptTokens / blockSize) : 0,
          promptTokens,
          outputTokens,
          sessionKey: planned.runs[0]?.[0],
          pinned,
          arrivedUs: this.#virtual.nowUs,
          ...SPEC_DEFAULTS,
          priority: planned.priority,
          // Some of the tokens were predicted, and nobody waits for single ones.
          predictedTokens: this.#clients.length % 4 === 0 ? outputTokens >> 1 : 0,
          quiet,
          itlUs: this.#clients.length % 7 === 0 ? 1500 : -1,
          seed: combineSeeds(this.#clients.length, choice),
          siblingOf: first,
        },
        client,
      );
      if (placement === undefined) {
        this.#unplaced++;
        continue;
      }
      this.#clients.push(client);
      if (choice === 0) {
        first = placement.request;
        pinned = placement.worker;
      }
      if (planned.patienceUs !== undefined) {
        const leavesUs = planned.arrivedUs + planned.patienceUs * (1 + choice);
        this.#virtual.at(leavesUs, () => client.leave(placement.request));
      }
    }
  }

  #noteParents(hashes: Uint32Array): void {
    let parent = '';
    for (let at = 0; at < hashes.length; at += HASH_WORDS) {
      const block = `${hashes[at]}:${hashes[at + 1]}`;
      this.#parents.set(block, parent);
      parent = block;
    }
  }

  #checkWakes(): void {
    for (const worker of this.#virtual.workers) {
      const wakes = worker.nextWakeUs() < Number.POSITIVE_INFINITY;
      assert.ok(wakes || worker.size === 0, 'unfinished work has a wake-up');
    }
  }

  #check(): void {
    const { cluster, workers, router, hasDelays } = this.#virtual;
    cluster.checkInvariants();
    for (const worker of workers) worker.checkInvariants();
    assert.equal(cluster.counts.submitted, this.#clients.length);
    if (!hasDelays) this.#checkIndex();
    const bookable = this.#scenario.cluster.router.indexCapBlocks * workers.length;
    assert.ok(router.index.bookedBits <= Math.max(bookable, 0), 'bookings have a cap');
  }

  /** What a worker has cached can be reached from its first block. */
  #cachedBlocks(): Set<string> {
    const cached = new Set<string>();
    for (const worker of this.#virtual.workers) {
      const own = new Set<string>(['']);
      worker.forEachCachedHash((lo, hi) => own.add(`${lo}:${hi}`));
      for (const block of own) {
        if (block === '') continue;
        assert.ok(own.has(this.#parents.get(block) ?? assert.fail()), 'no block is stranded');
        cached.add(`${block} on ${worker.id}`);
      }
    }
    return cached;
  }

  /** The index holds what the workers have cached, less what it had no room for. */
  #checkIndex(): void {
    const { index } = this.#virtual.router;
    const cached = this.#cachedBlocks();
    const indexed = new Set<string>();
    index.visit((lo, hi, worker) => indexed.add(`${lo}:${hi} on ${worker}`));
    const wrong = [...indexed].filter((block) => !cached.has(block));
    assert.deepEqual(wrong, [], 'the index holds nothing that is not cached');
    if (index.droppedStores === 0) assert.equal(indexed.size, cached.size);
  }

  #checkDrained(): void {
    const { cluster, workers, router } = this.#virtual;
    const { counts } = cluster;
    assert.equal(cluster.inFlight, 0, 'every request has ended');
    const fates = this.fates();
    assert.equal(fates.open ?? 0, 0, 'every client knows');
    // A client that leaves as its answer ends may find it finished, but never both or neither.
    const settled = counts.finished + counts.cancelled + counts.rejected + counts.failed;
    assert.equal(settled, this.#clients.length);
    assert.equal(counts.failed, fates.failed ?? 0);
    assert.ok(counts.finished >= (fates.finished ?? 0));
    assert.ok(counts.rejected >= (fates.rejected ?? 0));
    for (const worker of workers) {
      assert.equal(worker.size, 0);
      const { ledger } = router;
      assert.equal(ledger.activeRequests(worker.id), 0);
      assert.equal(ledger.decodeBlocks(worker.id), 0);
      assert.equal(ledger.prefillTokensPending(worker.id), 0);
    }
    this.#checkIndex();
    assert.equal(router.index.bookedBits, 0, 'no booking is left in the index');
  }
}
