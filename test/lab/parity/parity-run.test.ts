import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRecordedServer } from '../../../cli/commands/parity-server.ts';
import { type ParityResult, runParity } from '../../../lab/parity/parity-run.ts';
import type { PolicyName } from '../../../shared/policy-names.ts';
import type { SchedulerKind } from '../../../shared/protocol.ts';
import { settingsOf } from '../../support/server.ts';
import { tableOf } from '../../support/workload.ts';

/**
 * Times are long against the lateness of a busy machine, and chosen so that what ends on a worker
 * ends far from every arrival: no decision hangs on which of the two comes first.
 */
const GAP_US = 300_000;
const REQUESTS = 9;
/** Half a point. Latencies are compared by the command: here others may be using the machine. */
const HIT_RATE_GAP_MAX = 0.005;
const FLAGS = '--ttft 1290:0 --ttft-fixed-percent 7 --itl 300:0 --threads 1';

/** The first halves of every second prompt are alike; sessions return. */
function workload() {
  return tableOf(
    Array.from({ length: REQUESTS }, (_, n) => ({
      // The second one comes when the first has left its blocks in a cache.
      arrivalUs: n === 0 ? 0 : (n + 3) * GAP_US,
      promptTokens: 160,
      outputTokens: 2,
      session: n % 5,
      hashes: Uint32Array.from({ length: 10 }, (_word, at) => at + 100 * (n % 2 === 1 ? n : 0)),
    })),
  );
}

async function parityOf(engine: SchedulerKind, policy: PolicyName): Promise<ParityResult> {
  const { settings, sources } = await settingsOf(FLAGS);
  const server = await startRecordedServer({ ...settings, engine, routerPolicy: policy }, sources);
  return await runParity(server, {
    trace: { kind: 'table', table: await workload() },
    rate: 1,
    limit: REQUESTS,
  });
}

const CASES: readonly (readonly [SchedulerKind, PolicyName])[] = [
  ['paced', 'smart'],
  ['paced', 'cache-aware'],
  ['paced', 'session'],
  ['batched', 'smart'],
  ['batched', 'least-loaded'],
  ['batched', 'prefix-hash'],
];

test('the live server and the replay of its recording place requests and hit caches alike', async () => {
  const results = await Promise.all(CASES.map(([engine, policy]) => parityOf(engine, policy)));
  for (const [at, { live, replayed }] of results.entries()) {
    const name = CASES[at]?.join();
    assert.equal(live.finished, REQUESTS, name);
    assert.equal(replayed.finished, REQUESTS, name);
    const hitGap = Math.abs((live.blockHitRate ?? 0) - (replayed.blockHitRate ?? 0));
    assert.ok(hitGap <= HIT_RATE_GAP_MAX, `${name}: ${hitGap}`);
    assert.deepEqual(live.workerShares, replayed.workerShares, name);
    assert.ok((live.blockHitRate ?? 0) > 0, name);
  }
});
