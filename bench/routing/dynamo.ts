/**
 * Our replay of Mooncake's conversation trace beside that of NVIDIA Dynamo 1.3.1, under the same
 * settings: `npm run bench:routing:dynamo -- --traces FOLDER`. Dynamo's figures are those that
 * `python -m dynamo.replay --replay-mode offline --router-mode kv_router --num-workers N
 * --trace-block-size 512` prints, with 3,000,000 tokens of cache for each worker.
 */
import { parseArgs } from 'node:util';
import { digits3, textTable } from '../../lab/experiment/text-table.ts';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import { buildConfig } from '../../lab/simulate/build-config.ts';
import { ReplayRunner } from '../../lab/simulate/replay-runner.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import { SERVICE_LEVEL } from './row.ts';
import { TRAFFIC, TrafficReader } from './traffic.ts';

interface Line {
  readonly router: string;
  readonly ttftP50Ms: number | null;
  readonly ttftMeanMs: number | null;
  readonly ttftP99Ms: number | null;
  readonly e2eMeanMs: number | null;
  readonly itlMeanMs: number | null;
  readonly hitRate: number | null;
}

interface PublishedRun extends Line {
  readonly blockSize: number;
  readonly workers: number;
}

const KV = "Dynamo's kv_router";
const PUBLISHED: readonly PublishedRun[] = [
  {
    ...{ router: KV, blockSize: 512, workers: 8, ttftP50Ms: 175, ttftMeanMs: 250.4 },
    ...{ ttftP99Ms: 1627.6, e2eMeanMs: 2439.7, itlMeanMs: 6.41, hitRate: 0.2847 },
  },
  {
    ...{ router: KV, blockSize: 64, workers: 8, ttftP50Ms: null, ttftMeanMs: 250.3 },
    ...{ ttftP99Ms: 1623.9, e2eMeanMs: 2435.4, itlMeanMs: 6.4, hitRate: 0.29 },
  },
  {
    ...{ router: KV, blockSize: 512, workers: 64, ttftP50Ms: null, ttftMeanMs: 180.4 },
    ...{ ttftP99Ms: 1511.6, e2eMeanMs: 2230.9, itlMeanMs: 6, hitRate: 0.34 },
  },
];

/** Tokens of each worker's cache there: 5,859 blocks of 512. */
const KV_TOKENS = 5859 * 512;
/** What `smart` is asked to be better by, in the first of the runs. */
const TTFT_LOWER = 0.15;
const HIT_HIGHER = 0.04;

const { values } = parseArgs({
  options: {
    traces: { type: 'string', default: 'traces' },
    policy: { type: 'string', default: POLICY_NAMES.join(',') },
  },
});
const policies = POLICY_NAMES.filter((name) => values.policy.split(',').includes(name));
const [traffic] = TRAFFIC;
if (traffic === undefined) throw new Error('there is no traffic');
const trace = await new TrafficReader(values.traces).open(traffic, 8);
const runner = new ReplayRunner(2);
for (const published of PUBLISHED) {
  const results = await runner.run(policies.map((policy) => configOf(published, policy)));
  const ours = policies.map((policy, at) => lineOf(policy, results[at]?.result));
  process.stdout.write(`${published.workers} workers, blocks of ${published.blockSize}:\n`);
  process.stdout.write(`${tableOf([published, ...ours])}\n`);
  const smart = ours.find(({ router }) => router === 'smart');
  if (smart !== undefined && published === PUBLISHED[0])
    process.stdout.write(bars(smart, published));
}
await runner.stop();

function configOf({ blockSize, workers }: PublishedRun, policy: PolicyName) {
  const { trace: spec, rate } = trace.open(1, { unit: 'speed-up', value: 1 });
  const measured = {
    trace: spec,
    window: { rate, limit: Number.POSITIVE_INFINITY, warmupRequests: 0, prefillOnly: false },
    serviceLevel: SERVICE_LEVEL,
  };
  const numBlocks = Math.floor(KV_TOKENS / blockSize);
  return buildConfig(measured, 1, [
    { blockSize, router: { policy, workers }, worker: { numBlocks } },
  ]);
}

function lineOf(router: string, result: ReplayResult | undefined): Line {
  if (result === undefined) throw new Error('a replay did not end');
  const { latencies, cache } = result;
  return {
    router,
    ttftP50Ms: latencies.ttftMs.p50,
    ttftMeanMs: latencies.ttftMs.mean,
    ttftP99Ms: latencies.ttftMs.p99,
    e2eMeanMs: latencies.e2eMs.mean,
    itlMeanMs: latencies.itlMs.mean,
    hitRate: cache.tokenHitRate,
  };
}

function tableOf(lines: readonly Line[]): string {
  const figure = (value: number | null): string => (value === null ? '' : value.toFixed(1));
  return textTable(
    [
      { title: 'router', align: 'left', cell: (line) => line.router },
      { title: 'TTFT p50 ms', cell: (line) => figure(line.ttftP50Ms) },
      { title: 'mean', cell: (line) => figure(line.ttftMeanMs) },
      { title: 'p99', cell: (line) => figure(line.ttftP99Ms) },
      { title: 'E2E mean ms', cell: (line) => figure(line.e2eMeanMs) },
      { title: 'ITL mean ms', cell: (line) => digits3(line.itlMeanMs ?? Number.NaN) },
      { title: 'hit', cell: (line) => (line.hitRate ?? Number.NaN).toFixed(4) },
    ],
    lines,
    false,
  );
}

function bars(smart: Line, published: Line): string {
  const lower = 1 - (smart.ttftP50Ms ?? Number.NaN) / (published.ttftP50Ms ?? Number.NaN);
  const higher = (smart.hitRate ?? Number.NaN) - (published.hitRate ?? Number.NaN);
  const met = (isMet: boolean): string => (isMet ? 'met' : 'missed');
  return (
    `smart: TTFT p50 ${(100 * lower).toFixed(1)} % lower, of ${100 * TTFT_LOWER} %: ` +
    `${met(lower >= TTFT_LOWER)}; hits ${(100 * higher).toFixed(1)} points higher, ` +
    `of ${100 * HIT_HIGHER}: ${met(higher >= HIT_HIGHER)}\n\n`
  );
}
