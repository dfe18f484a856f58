import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RECORD_FIELDS } from '../../../lab/measure/request-records.ts';
import { boundOf, replay } from '../../../lab/simulate/replay.ts';
import { VirtualDriver } from '../../../lab/simulate/virtual-driver.ts';
import { createWorkload } from '../../../lab/workloads/workloads.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';
import { type ReplaySpec, replayConfig, run } from './replay-rig.ts';

/** Workloads that between them reach every branch: waits, evictions, preemptions, closed loops. */
const MIXED: readonly (ReplaySpec & { readonly name: string })[] = [
  {
    name: 'open loop',
    workload: 'shared-prefix',
    parameters: { requests: 300, qps: 20, groups: 6, prefixTokens: 900, outputTokens: 60 },
  },
  {
    name: 'closed loop',
    workload: 'multi-turn',
    parameters: { requests: 200, qps: 10, thinkSeconds: 1, outputTokens: 80 },
  },
  {
    name: 'tiny caches',
    workload: 'shared-prefix',
    parameters: { requests: 200, qps: 40, groups: 4, prefixTokens: 300, outputTokens: 150 },
    kvBlocks: 120,
  },
  {
    name: 'late reports',
    workload: 'multi-turn',
    parameters: { requests: 200, qps: 20, thinkSeconds: 0.5 },
    stalenessMs: 70,
  },
  {
    name: 'blocks from other workers',
    workload: 'shared-prefix',
    parameters: { requests: 200, qps: 20, groups: 8, prefixTokens: 1500, outputTokens: 40 },
    policy: 'random',
    fetchGBps: 10,
  },
];

describe('steps done as one', () => {
  for (const { name, ...spec } of MIXED) {
    test(`give the same result as every step by itself: ${name}`, () => {
      const single = run(spec, { maxEqualSteps: 1 });
      assert.deepEqual(run(spec), single);
      assert.ok(single.requests.finished > 0);
    });
  }
});

describe('a replay', () => {
  for (const [policy, stalenessMs] of POLICY_NAMES.flatMap((name) => [
    [name, 0] as const,
    [name, 50] as const,
  ])) {
    test(`accounts for all under ${policy}, told after ${stalenessMs} ms, and its parts agree`, () => {
      const limits = { maxWaiting: 3, maxNumSeqs: 4 };
      const config = replayConfig({ ...MIXED[2]!, policy, stalenessMs, ...limits });
      assert.equal(config.trace.kind, 'workload');
      const driver = new VirtualDriver(config, createWorkload(config.trace.spec));
      driver.run();
      driver.checkInvariants();
      const { requests } = driver.recorder.result();
      assert.equal(requests.in, 200);
      assert.equal(requests.finished + requests.rejected + requests.failed, requests.in);
      assert.ok(requests.rejected > 0, 'the queues are small enough to be full');
    });
  }

  test('gives up the session of a rejected turn, and counts what is not sent', () => {
    const spec = { ...MIXED[1]!, workers: 1, maxNumSeqs: 2, maxWaiting: 1 };
    const { requests } = run(spec);
    assert.ok(requests.rejected > 0);
    assert.ok(requests.notSent > 0);
    assert.equal(requests.in + requests.notSent, 200);
    const warm = run({ ...spec, warmupRequests: 60 });
    assert.equal(warm.warmupRequests, 60);
    assert.equal(60 + warm.requests.in + warm.requests.notSent, 200);
  });

  test('depends on nothing but its configuration', () => {
    const spec = MIXED[0]!;
    assert.deepEqual(run(spec), run(spec));
    assert.notDeepEqual(run({ ...spec, seed: 2 }).latencies, run(spec).latencies);
  });

  test('runs both engines', () => {
    const paced = run({ ...MIXED[1]!, engine: 'paced' });
    assert.equal(paced.requests.finished, 200);
    assert.equal(paced.latencies.itlMs.max, 10, 'each sequence runs at its own pace');
  });
});

describe('time in a replay', () => {
  test('of a lone request is that of its prefill and of each step', () => {
    const { latencies, requests, goodShare } = run({
      workload: 'lengths',
      parameters: { requests: 1, inputTokens: 1000, outputTokens: 5 },
    });
    assert.equal(requests.finished, 1);
    assert.equal(latencies.ttftMs.mean, 1 + 1000 * 0.1);
    assert.equal(latencies.itlMs.mean, 10);
    assert.equal(latencies.secondTokenMs.mean, 10);
    assert.equal(latencies.tpotMs.mean, 10);
    assert.equal(latencies.e2eMs.mean, 101 + 4 * 10);
    assert.equal(latencies.queueMs.mean, 0);
    assert.equal(goodShare, 1);
  });

  test('brings a turn when the think time after the answer is over', () => {
    const parameters = { requests: 40, qps: 1, thinkSeconds: 2, thinkCv: 0, turns: 4 };
    const { records } = replay(replayConfig({ workload: 'multi-turn', parameters }), {
      records: true,
    });
    const ends = new Map<string, number>();
    let followed = 0;
    for (const [session, turn, arrivalUs, endUs] of turnsOf(records!)) {
      const before = ends.get(`${session} ${turn - 1}`);
      if (turn > 0) {
        assert.equal(arrivalUs, before! + 2e6);
        followed++;
      }
      ends.set(`${session} ${turn}`, endUs);
    }
    assert.ok(followed > 10);
  });
});

describe('the records of a replay', () => {
  test('say the same as its figures', () => {
    const { result, records } = replay(replayConfig(MIXED[0]!), { records: true });
    const ttft = RECORD_FIELDS.indexOf('ttft_us');
    const cached = RECORD_FIELDS.indexOf('cached_tokens');
    const width = RECORD_FIELDS.length;
    assert.equal(records!.length, 300 * width);
    let ttftUs = 0;
    let cachedTokens = 0;
    for (let at = 0; at < records!.length; at += width) {
      ttftUs += records![at + ttft]!;
      cachedTokens += records![at + cached]!;
    }
    assert.equal(result.latencies.ttftMs.mean, Math.round(ttftUs / 300) / 1000);
    const sum = result.workers.reduce((total, worker) => total + worker.cachedTokens, 0);
    assert.equal(cachedTokens, sum);
  });
});

describe('a record', () => {
  const column = (name: (typeof RECORD_FIELDS)[number]) => RECORD_FIELDS.indexOf(name);
  const rowsOf = (spec: ReplaySpec) => {
    const { result, records } = replay(replayConfig(spec), { records: true });
    const width = RECORD_FIELDS.length;
    const rows = Array.from({ length: records!.length / width }, (_, row) =>
      records!.subarray(row * width, (row + 1) * width),
    );
    return { result, rows };
  };

  for (const { name, ...spec } of MIXED) {
    test(`stands at the place of its arrival and tells warm-up and gaps: ${name}`, () => {
      const { result, rows } = rowsOf({ ...spec, warmupRequests: 20 });
      let latestUs = 0;
      let secondUs = 0;
      let gapUs = 0;
      for (const [number, row] of rows.entries()) {
        assert.equal(row[column('request')], number);
        assert.equal(row[column('warmup')], number < 20 ? 1 : 0);
        assert.ok(row[column('arrival_us')]! >= latestUs);
        latestUs = row[column('arrival_us')]!;
        if (number < 20) continue;
        secondUs += row[column('second_token_us')]!;
        gapUs += row[column('itl_mean_us')]!;
      }
      const answers = rows.slice(20).filter((row) => row[column('output_tokens')]! > 1).length;
      const singles = rows.length - 20 - answers;
      // A field without a time is -1.
      const meanMs = (sumUs: number): number => Math.round((sumUs + singles) / answers) / 1000;
      assert.equal(result.latencies.secondTokenMs.mean, meanMs(secondUs));
      assert.equal(result.latencies.tpotMs.mean, meanMs(gapUs));
    });
  }

  test('of a request that was rejected has no times', () => {
    const { rows } = rowsOf({ ...MIXED[2]!, maxWaiting: 0, maxNumSeqs: 1 });
    const rejected = rows.filter((row) => row[column('output_tokens')] === 0);
    assert.ok(rejected.length > 0);
    for (const row of rejected) {
      for (const name of ['ttft_us', 'second_token_us', 'itl_mean_us', 'e2e_us'] as const) {
        assert.equal(row[column(name)], -1);
      }
    }
  });
});

describe('the part of a trace that is replayed', () => {
  test('begins after the warm-up, which is in the caches all the same', () => {
    const spec = MIXED[0]!;
    const warm = run({ ...spec, warmupRequests: 100 });
    assert.equal(warm.requests.in, 200);
    assert.equal(warm.warmupRequests, 100);
    assert.ok(warm.cache.tokenHitRate! > run(spec).cache.tokenHitRate!);
  });

  test('ends at its limit', () => {
    assert.equal(run({ ...MIXED[1]!, limit: 50 }).requests.in, 50);
  });
});

describe('the figures of a replay', () => {
  test('reach the bound of the trace where nothing is evicted or computed twice', () => {
    const spec = { ...MIXED[1]!, workers: 1, rate: 0.01 };
    const config = replayConfig(spec);
    const result = run(spec);
    assert.equal(result.cache.copiesPerBlock, 1);
    assert.equal(result.cache.evictedBlocks, 0);
    const { tokenHitRate, blockHitRate } = boundOf(config);
    assert.equal(result.cache.tokenHitRate, tokenHitRate);
    assert.equal(result.cache.blockHitRate, blockHitRate);
  });

  test('count every output token once', () => {
    const { outputTokens, workers, requests, preemptions } = run(MIXED[2]!);
    assert.ok(preemptions > 0, 'some were computed twice');
    assert.equal(
      outputTokens,
      workers.reduce((sum, worker) => sum + worker.outputTokens, 0),
    );
    assert.equal(outputTokens, requests.finished * 150);
  });

  test('show load over time that adds up to the time that workers were busy', () => {
    const { series, workers, seconds: end } = run({ ...MIXED[0]!, maxNumSeqs: 1 });
    const width = series.bucketSeconds;
    for (const [index, worker] of workers.entries()) {
      // The last bucket is only as wide as there was anything to see.
      const widths = series.running[index]!.map((_, at) => Math.min(width, end - at * width));
      const seconds = series.running[index]!.reduce((sum, mean, at) => sum + mean * widths[at]!, 0);
      assert.ok(Math.abs(seconds - worker.busySeconds) < 0.01 * worker.busySeconds);
    }
  });
});

describe('a late router', () => {
  for (const seed of [1, 2, 3]) {
    test(`knows less of what its workers have and do, seed ${seed}`, () => {
      const spec = { ...MIXED[1]!, seed };
      const late = run({ ...spec, stalenessMs: 1000 });
      const exact = run(spec);
      assert.equal(late.requests.finished, 200);
      assert.ok(late.cache.tokenHitRate! < exact.cache.tokenHitRate!);
      assert.ok(late.latencies.ttftMs.mean! > exact.latencies.ttftMs.mean!);
    });
  }
});

describe('fetching from other workers', () => {
  test('saves prefill that a blind policy would repeat', () => {
    const spec = MIXED[4]!;
    const { fetchGBps, ...without } = spec;
    const fetched = run(spec);
    assert.ok(fetched.cache.fetchedBlocks > 0);
    assert.ok(fetched.cache.tokenHitRate! > run(without).cache.tokenHitRate!);
    assert.ok(fetched.latencies.ttftMs.mean! < run(without).latencies.ttftMs.mean!);
  });

  test('is left alone where the transfer takes longer than the prefill', () => {
    const { fetchGBps, ...without } = MIXED[4]!;
    assert.deepEqual(run({ ...without, fetchGBps: 0.01 }), run(without));
  });
});

function* turnsOf(records: Float64Array): Generator<[number, number, number, number]> {
  const column = (name: (typeof RECORD_FIELDS)[number]) => RECORD_FIELDS.indexOf(name);
  for (let at = 0; at < records.length; at += RECORD_FIELDS.length) {
    const arrivalUs = records[at + column('arrival_us')]!;
    yield [
      records[at + column('session')]!,
      records[at + column('turn')]!,
      arrivalUs,
      arrivalUs + records[at + column('e2e_us')]!,
    ];
  }
}
