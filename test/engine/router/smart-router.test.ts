import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RouteRequest, RoutingPolicy } from '../../../engine/router/routing-policy.ts';
import { type RouterConfig, SmartRouter } from '../../../engine/router/smart-router.ts';
import { hashBlocks, hashRoot } from '../../../shared/block-hash.ts';
import { requestId, type WorkerId, workerId } from '../../../shared/ids.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';
import { EventBatch, REMOVED_BIT } from '../../../shared/protocol.ts';
import { Rng } from '../../../shared/rng.ts';
import { timeUs } from '../../../shared/units.ts';
import { routerConfigWith } from '../../support/routing.ts';

const BLOCK_SIZE = 4;
const TAG = { requestId: requestId(1), atUs: timeUs(0) };

function createRouter(options: Partial<RouterConfig> = {}): SmartRouter {
  return new SmartRouter(
    routerConfigWith({
      blockSize: BLOCK_SIZE,
      workers: 4,
      indexCapBlocks: 100_000,
      decisionLogCapacity: 100,
      ...options,
    }),
  );
}

/** A prompt that begins with `shared` tokens that are the same for every `id`. */
function prompt(tokens: number, id: number, shared = 0): RouteRequest {
  const ids = Uint32Array.from({ length: tokens }, (_, n) => (n < shared ? 9 : 1000 + id));
  const hashes = new Uint32Array(2 * Math.ceil(tokens / BLOCK_SIZE));
  const promptBlocks = hashBlocks(ids, tokens, BLOCK_SIZE, hashRoot(0), hashes);
  return { hashes, promptBlocks, promptTokens: tokens, sessionKey: id, pinned: undefined };
}

function pinned(request: RouteRequest, worker: number): RouteRequest {
  return { ...request, pinned: workerId(worker) };
}

function route(router: SmartRouter, request: RouteRequest): WorkerId {
  const worker = router.route(request, TAG);
  assert.ok(worker !== undefined);
  return worker;
}

/** A batch of a worker that has seen `submitsSeen` submits and stored blocks of `request`. */
function batch(worker: number, submitsSeen: number, request?: RouteRequest, from = 0): EventBatch {
  const result = new EventBatch(workerId(worker));
  result.load.submitsSeen = submitsSeen;
  if (request === undefined) return result;
  for (const word of request.hashes.subarray(2 * from, 2 * request.promptBlocks)) {
    result.kv.push(word);
  }
  return result;
}

test('a prompt returns to the worker that has it, until load outweighs its cache', () => {
  const router = createRouter();
  const request = prompt(101, 1);
  const home = route(router, request);
  router.applyBatch(batch(home, 1, request));
  router.finished(home, request);
  assert.equal(route(router, request), home);
  assert.equal(router.lastOverlapBlocks, 25);
  // What is under way there now costs more than 26 blocks to compute and to hold elsewhere.
  route(router, pinned(prompt(101, 2), home));
  assert.notEqual(route(router, request), home);
});

test('a burst of equal prompts does not scatter before the first KV event', () => {
  const router = createRouter({ overlapWeight: 2 });
  const request = prompt(401, 1);
  const first = route(router, request);
  assert.equal(router.lastOverlapBlocks, 0);
  router.applyBatch(batch(first, 1));
  assert.equal(route(router, request), first);
  assert.equal(router.lastOverlapBlocks, 100);
});

test('the log has what each worker would have cost, and of what that is the sum', () => {
  const router = createRouter({ workers: 2 });
  const request = prompt(39, 1);
  route(router, pinned(request, 1));
  const report = batch(1, 1, request);
  report.load.activeBlocks = 11;
  report.load.waitingBlocks = 2;
  report.load.prefillTokensPending = 6;
  router.applyBatch(report);
  route(router, pinned(prompt(41, 2), 1));
  const worker = route(router, request);
  const [decision] = router.decisions(1);
  assert.ok(decision !== undefined);
  assert.equal(decision.worker, worker);
  assert.equal(decision.promptBlocks, 10);
  const known = decision.candidates.map(({ cost, terms, ...rest }) => rest);
  // Worker 1: 9 of 10 blocks cached; 13 blocks in use and 11 under way; 2 requests.
  assert.deepEqual(known, [
    { worker: 0, overlapBlocks: 0, activeRequests: 0, decodeBlocks: 0 },
    { worker: 1, overlapBlocks: 9, activeRequests: 2, decodeBlocks: 24 },
  ]);
  for (const { cost, terms } of decision.candidates) {
    const sum = Object.values(terms).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - cost) < 1e-6 * cost, `${sum} ${cost}`);
  }
  const [idle, busy] = decision.candidates;
  assert.ok(idle?.terms.wait === 0 && idle.terms.stall === 0);
  assert.ok(busy !== undefined && busy.terms.wait > 0 && busy.terms.stall > 0);
});

test('one prompt token is always computed', () => {
  const router = createRouter();
  const request = prompt(40, 1);
  const worker = route(router, request);
  router.applyBatch(batch(worker, 1, request));
  route(router, pinned(request, worker));
  assert.equal(router.lastOverlapBlocks, 9);
  assert.equal(router.ledger.prefillTokensPending(worker), BLOCK_SIZE);
  assert.equal(router.lastBookedFrom, 10);
  assert.equal(router.index.bookedBits, 0);
});

test('a pinned request goes where it wants, or nowhere', () => {
  for (const policy of POLICY_NAMES) {
    const router = createRouter({ policy });
    assert.equal(route(router, pinned(prompt(20, 1), 3)), 3);
    router.setEligible(workerId(3), false);
    assert.equal(router.route(pinned(prompt(20, 1), 3), TAG), undefined);
    assert.equal(router.route(pinned(prompt(20, 1), 4), TAG), undefined);
    assert.equal(router.totals.decisions, 1);
  }
});

test('without an eligible worker nothing is chosen or booked', () => {
  const router = createRouter({ workers: 2 });
  for (const worker of [0, 1, 1]) router.setEligible(workerId(worker), false);
  assert.equal(router.route(prompt(20, 1), TAG), undefined);
  assert.equal(router.index.bookedBits, 0);
  assert.equal(router.totals.decisions, 0);
  router.setEligible(workerId(1), true);
  assert.equal(route(router, prompt(20, 1)), 1);
  assert.deepEqual(
    [0, 1].map((worker) => router.isEligible(workerId(worker))),
    [false, true],
  );
});

test('a forgotten worker is as new', () => {
  const router = createRouter({ workers: 2 });
  const request = prompt(41, 1);
  route(router, pinned(request, 1));
  router.applyBatch(batch(1, 1, request));
  route(router, pinned(prompt(81, 2, 40), 1));
  router.forget(workerId(1));
  assert.equal(router.index.blocks, 0);
  assert.equal(router.index.bookedBits, 0);
  route(router, request);
  assert.equal(router.lastOverlapBlocks, 0);
  router.applyBatch(batch(1, 0));
  assert.equal(router.ledger.activeRequests(1) + router.ledger.activeRequests(0), 1);
});

test('an abandoned request takes its bookings back and no others', () => {
  const router = createRouter({ workers: 1 });
  const first = prompt(60, 1, 40);
  const second = prompt(60, 2, 40);
  route(router, first);
  const bits = router.index.bookedBits;
  route(router, second);
  const from = router.lastBookedFrom;
  assert.equal(from, 10);
  router.abandoned(workerId(0), second.hashes, from, second.promptBlocks);
  router.finished(workerId(0), second);
  assert.equal(router.index.bookedBits, bits);
  assert.equal(router.ledger.activeRequests(0), 1);
});

test('without a KV cache the index stays out of it and load decides', () => {
  const router = createRouter({ kvEnabled: false, workers: 2 });
  const request = prompt(41, 1);
  const worker = route(router, request);
  router.applyBatch(batch(worker, 1, request));
  assert.equal(router.index.blocks + router.index.bookedBits, 0);
  assert.notEqual(route(router, request), worker);
  assert.equal(router.lastOverlapBlocks, 0);
  router.abandoned(worker, request.hashes, 0, 10);
  router.forget(worker);
  assert.equal(router.index.bookedBits, 0);
});

test('totals sum up the decisions, each of which has its regret', () => {
  const router = createRouter({ workers: 2 });
  const request = prompt(40, 1);
  route(router, pinned(request, 0));
  router.noteRouteUs(3);
  router.applyBatch(batch(0, 1, request));
  router.finished(workerId(0), request);
  route(router, pinned(request, 1));
  router.noteRouteUs(4);
  route(router, pinned(request, 0));
  assert.deepEqual(router.totals, {
    decisions: 3,
    hits: 1,
    promptBlocks: 30,
    overlapBlocks: 9,
    overlapShare: 0.9,
    routeUs: 7,
  });
  assert.deepEqual(
    [0, 1].map((worker) => router.decisionsFor(workerId(worker))),
    [2, 1],
  );
  const [last, second, first] = router.decisions(9);
  assert.deepEqual(
    [first, second, last].map((decision) => decision?.routeUs),
    [3, 4, 0],
  );
  // Worker 0 had 9 of the 10 blocks of the second, which worker 1 had to compute.
  assert.ok(second !== undefined && second.regretUs > 0);
  assert.deepEqual([first?.regretUs, last?.regretUs], [0, 0]);
});

test('a policy that keeps books hears of every booking, pinned or not, of its end, and of a crash', () => {
  const heard: unknown[] = [];
  const config = routerConfigWith({ workers: 2 });
  const policy: RoutingPolicy = {
    choose: () => 1,
    booked: ({ promptTokens }, worker, { atUs }) => heard.push([promptTokens, worker, atUs]),
    ended: ({ promptTokens }, worker) => heard.push([promptTokens, worker]),
    forget: (worker) => heard.push(worker),
  };
  const router = new SmartRouter(config, policy);
  router.route(prompt(40, 1), { requestId: requestId(1), atUs: timeUs(5) });
  router.route(pinned(prompt(60, 2), 0), { requestId: requestId(2), atUs: timeUs(8) });
  router.finished(workerId(1), prompt(40, 1));
  router.forget(workerId(0));
  assert.deepEqual(heard, [[40, 1, 5], [60, 0, 8], [40, 1], 0]);
});

test('regret is against workers that could have been chosen', () => {
  const router = createRouter({ workers: 2 });
  const request = prompt(41, 1);
  route(router, pinned(request, 0));
  router.applyBatch(batch(0, 1, request));
  router.finished(workerId(0), request);
  router.setEligible(workerId(0), false);
  assert.equal(route(router, request), 1);
  assert.equal(router.decisions(1)[0]?.regretUs, 0);
});

/**
 * A cluster that computes prompts at once or never: enough to check what the router keeps. It owns
 * the caches that the index must mirror.
 */
class ToyCluster {
  readonly router: SmartRouter;
  readonly chosen: number[] = [];
  readonly #caches: Set<string>[];
  readonly #submits: number[];
  readonly #running: { worker: WorkerId; request: RouteRequest; from: number }[] = [];
  readonly #rng = new Rng(5);

  constructor(router: SmartRouter, workers: number) {
    this.router = router;
    this.#caches = Array.from({ length: workers }, () => new Set());
    this.#submits = Array.from({ length: workers }, () => 0);
  }

  submit(request: RouteRequest): void {
    const worker = route(this.router, request);
    this.chosen.push(worker);
    this.#submits[worker] = this.#submits[worker]! + 1;
    this.#running.push({ worker, request, from: this.router.lastBookedFrom });
  }

  /**
   * Ends a request: usually its prefill is computed, and evicted now and then, else it is
   * cancelled.
   */
  endOne(): void {
    const at = this.#rng.below(this.#running.length);
    const [ended] = this.#running.splice(at, 1);
    if (ended === undefined) return;
    const { worker, request, from } = ended;
    const fate = this.#rng.below(4);
    const events = new EventBatch(worker);
    events.load.submitsSeen = this.#submits[worker]!;
    if (fate > 0) this.#compute(events, worker, request, fate === 1);
    this.router.applyBatch(events);
    if (fate === 0) this.router.abandoned(worker, request.hashes, from, request.promptBlocks);
    this.router.finished(worker, request);
  }

  get running(): number {
    return this.#running.length;
  }

  /** Every "worker lo hi" of the workers' caches, sorted. */
  cached(): string[] {
    return this.#caches.flatMap((cache, w) => [...cache].map((name) => `${w} ${name}`)).sort();
  }

  #compute(events: EventBatch, worker: number, request: RouteRequest, evict: boolean): void {
    const cache = this.#caches[worker]!;
    const names: [string, number, number][] = [];
    for (let block = 0; block < request.promptBlocks; block++) {
      const lo = request.hashes[2 * block]!;
      const hi = request.hashes[2 * block + 1]!;
      names.push([`${lo} ${hi}`, lo, hi]);
    }
    for (const [name, lo, hi] of names) {
      if (!cache.has(name)) events.kv.push2(lo, hi);
      cache.add(name);
    }
    // The last blocks are the prompt's own, so nothing else builds on them.
    for (const [name, lo, hi] of evict ? names.slice(-2).reverse() : []) {
      events.kv.push2(lo, hi | REMOVED_BIT);
      cache.delete(name);
    }
  }
}

function runToyCluster(options: Partial<RouterConfig>, requests: number): ToyCluster {
  const workers = 5;
  const cluster = new ToyCluster(createRouter({ ...options, workers }), workers);
  const rng = new Rng(6);
  for (let n = 0; n < requests; n++) {
    cluster.submit(prompt(81 + rng.below(40), n, 4 * rng.below(18)));
    if (cluster.running > 20) cluster.endOne();
  }
  return cluster;
}

for (const policy of POLICY_NAMES) {
  test(`${policy}: after a drain the ledger is zero and the index mirrors the caches`, () => {
    const cluster = runToyCluster({ policy }, 150);
    while (cluster.running > 0) cluster.endOne();
    const { router } = cluster;
    const indexed: string[] = [];
    router.index.visit((lo, hi, worker) => indexed.push(`${worker} ${lo} ${hi}`));
    assert.deepEqual(indexed.sort(), cluster.cached());
    assert.equal(router.index.bookedBits, 0);
    for (let worker = 0; worker < 5; worker++) {
      assert.equal(router.ledger.activeRequests(worker), 0);
      assert.equal(router.ledger.decodeBlocks(worker), 0);
      assert.equal(router.ledger.prefillTokensPending(worker), 0);
    }
    assert.equal(router.totals.decisions, 150);
    for (const { regretUs } of router.decisions(100)) {
      assert.ok(policy === 'smart' ? regretUs === 0 : regretUs >= 0);
    }
  });
}

test('the decisions of a seed are these', () => {
  const { chosen } = runToyCluster({ seed: 42 }, 40);
  assert.equal(chosen.join(''), '2403134201304120341202401430122044020022');
  const again = () => runToyCluster({ seed: 42 }, 200).chosen;
  assert.deepEqual(again(), again());
});
