import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterRequest, RequestListener } from '../../engine/cluster/request.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { NO_REQUEST, type RequestId, workerId } from '../../shared/ids.ts';
import { type SchedulerKind, SPEC_DEFAULTS } from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';
import { type PlannedRequest, scenarioOf } from '../simulation/scenario.ts';
import { seedsOf } from '../support/property.ts';
import { clusterRequestWith } from '../support/routing.ts';
import { constantLatency, hashesOf } from '../support/sequences.ts';
import { VirtualCluster, type VirtualClusterOptions } from '../support/virtual-cluster.ts';
import { EffectLog } from './effect-log.ts';
import { LateThreads } from './late-threads.ts';

/** Placement must not depend on reports, which a late worker sends later. */
const POLICIES = ['round-robin', 'session'] as const;
const NOBODY: RequestListener = { started() {}, tokens() {}, ended() {}, failed() {} };

interface Trace {
  readonly options: VirtualClusterOptions;
  readonly requests: readonly PlannedRequest[];
  /** Whether the hashes of an answer come after its submit, some of them too late. */
  readonly inPieces?: boolean;
}

interface Driver {
  readonly cluster: VirtualCluster['cluster'];
  at(atUs: number, act: () => void): void;
  /** Does something whose effect depends on when the worker hears of it. */
  inTime(act: () => void): void;
}

/** A trace with shared prefixes, siblings, priorities, cancels, tiny caches and full queues. */
function traceOf(seed: number, scheduler: SchedulerKind): Trace {
  const { cluster, requests } = scenarioOf(seed);
  const policy = POLICIES[seed % POLICIES.length] ?? POLICIES[0];
  return {
    requests,
    options: {
      ...cluster,
      delayUsMax: 0,
      router: { ...cluster.router, policy },
      worker: { ...cluster.worker, scheduler },
    },
  };
}

/** Plans the arrivals and cancels of a trace on a driver. */
function plan({ requests, options, inPieces = false }: Trace, driver: Driver): void {
  const { blockSize } = options.router;
  for (const [index, planned] of requests.entries()) {
    const promptTokens = planned.runs.slice(0, -1).reduce((sum, [, tokens]) => sum + tokens, 0);
    const hashes = hashesOf(blockSize, ...planned.runs);
    driver.at(planned.arrivedUs, () => {
      let siblingOf = NO_REQUEST;
      let pinned = planned.pinned === undefined ? undefined : workerId(planned.pinned);
      for (let choice = 0; choice < planned.choices; choice++) {
        const promptBlocks = Math.floor(promptTokens / blockSize);
        const request: ClusterRequest = {
          hashes: inPieces ? hashes.subarray(0, promptBlocks * HASH_WORDS) : hashes,
          promptBlocks,
          promptTokens,
          outputTokens: planned.runs.at(-1)?.[1] ?? 1,
          sessionKey: planned.runs[0]?.[0],
          pinned,
          arrivedUs: timeUs(planned.arrivedUs),
          ...SPEC_DEFAULTS,
          priority: planned.priority,
          predictedTokens: index % 3,
          ttftUs: index % 7 === 0 ? 1000 : -1,
          seed: index * 8 + choice,
          siblingOf,
        };
        const placement = driver.cluster.submit(request, NOBODY) ?? assert.fail();
        if (choice === 0) siblingOf = placement.request;
        pinned = placement.worker;
        for (let at = request.hashes.length; at < hashes.length; at += HASH_WORDS) {
          const more = hashes.slice(at, at + HASH_WORDS);
          driver.at(planned.arrivedUs + 1 + at * 1000, () =>
            driver.inTime(() => driver.cluster.extend(placement.request, more)),
          );
        }
        if (planned.patienceUs === undefined) continue;
        const leavesUs = planned.arrivedUs + 1 + planned.patienceUs * (1 + choice);
        driver.at(leavesUs, () => driver.inTime(() => driver.cluster.cancel(placement.request)));
      }
    });
  }
}

function inVirtualTime(virtual: VirtualCluster): Driver {
  return {
    cluster: virtual.cluster,
    at: (atUs, act) => virtual.at(atUs, act),
    inTime: (act) => act(),
  };
}

/** Direct calls in virtual time. */
function runVirtual(trace: Trace): EffectLog {
  const log = new EffectLog();
  const virtual = new VirtualCluster({ ...trace.options, onBatch: log.note });
  plan(trace, inVirtualTime(virtual));
  while (virtual.step());
  assert.equal(virtual.cluster.inFlight, 0);
  return log;
}

/** Encoded messages to threads that are late. */
function runLate(trace: Trace, latenessUsMax: number, vainShare = 0): EffectLog {
  const log = new EffectLog();
  const late = new LateThreads({
    ...trace.options,
    onBatch: log.note,
    threads: Math.min(2, trace.options.router.workers),
    latenessUsMax,
    vainShare,
  });
  plan(trace, late);
  late.run();
  assert.equal(late.cluster.inFlight, 0);
  return log;
}

for (const scheduler of ['paced', 'batched'] as const) {
  describe(`${scheduler} workers`, () => {
    for (const seed of seedsOf(5)) {
      test(`have the same effects in the same order under both drivers, seed ${seed}`, () => {
        const trace = traceOf(seed, scheduler);
        const virtual = runVirtual(trace);
        for (const latenessUsMax of [0, 100, 20_000]) {
          assert.deepEqual(runLate(trace, latenessUsMax).summary(), virtual.summary());
        }
        assert.ok(virtual.tokens > 0);
      });
    }

    test('have the same effects when answers come to them block by block, some too late', () => {
      let changed = 0;
      for (const seed of [1, 10, 12]) {
        const pieces = { ...traceOf(seed, scheduler), inPieces: true };
        const virtual = runVirtual(pieces).summary();
        assert.deepEqual(runLate(pieces, 100).summary(), virtual);
        const whole = runVirtual(traceOf(seed, scheduler)).summary();
        changed += Number(!isDeepStrictEqual(virtual, whole));
      }
      assert.ok(changed > 0, 'some of the pieces are too late');
    });

    test('have the same effects when they are woken in vain', () => {
      const trace = traceOf(9, scheduler);
      assert.deepEqual(runLate(trace, 100, 0.5).summary(), runVirtual(trace).summary());
    });
  });
}

test('a full worker that is told to end one sequence has room for the next, on the wire as well', () => {
  const { options } = traceOf(1, 'paced');
  const full: VirtualClusterOptions = {
    ...options,
    router: { ...options.router, workers: 1 },
    worker: {
      ...options.worker,
      latency: constantLatency(1000, 100),
      maxNumSeqs: 1,
      maxWaiting: 0,
      numBlocks: 1000,
    },
  };
  const replace = (driver: Driver): void => {
    let first: RequestId = NO_REQUEST;
    const submit = (arrivedUs: number) =>
      driver.cluster.submit(clusterRequestWith(1, { arrivedUs: timeUs(arrivedUs) }), NOBODY)
        ?.request ?? assert.fail();
    driver.at(0, () => {
      first = submit(0);
    });
    driver.at(100, () => {
      driver.inTime(() => {
        driver.cluster.cancel(first);
        submit(100);
      });
    });
  };
  const virtual = new VirtualCluster(full);
  replace(inVirtualTime(virtual));
  while (virtual.step());
  const late = new LateThreads({ ...full, threads: 1, latenessUsMax: 0, vainShare: 0 });
  replace(late);
  late.run();
  assert.deepEqual(late.cluster.counts, virtual.cluster.counts);
  assert.deepEqual([virtual.cluster.counts.cancelled, virtual.cluster.counts.finished], [1, 1]);
});
