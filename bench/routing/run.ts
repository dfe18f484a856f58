/**
 * Measures replays on one core: `node --import tsx bench/routing/run.ts [--trace FILE] [--filter
 * TEXT] [--repeats N] [--million]`. The trace is Mooncake's conversation trace, gzip or not;
 * without one, the workload that is modelled on it stands in. Prints the median, least and greatest
 * time of several runs, the speed over real time by the median and by the least, since others on
 * the machine can only add to it, and the hash of the result: a change that is only faster leaves
 * the hash as it is.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openTextFile } from '../../cli/text-file.ts';
import { withHash } from '../../lab/experiment/lab-document.ts';
import { type LabTrace, loadLabTrace, type TraceOptions } from '../../lab/experiment/lab-trace.ts';
import { digits3, textTable } from '../../lab/experiment/text-table.ts';
import { buildConfig } from '../../lab/simulate/build-config.ts';
import { replay } from '../../lab/simulate/replay.ts';
import type { ReplayConfig } from '../../lab/simulate/replay-config.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';

interface Scenario {
  readonly name: string;
  readonly workers: number;
  readonly blockSize: number;
  readonly policy: PolicyName;
}

interface Row extends Scenario {
  /** Ascending. */
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
  readonly simulatedSeconds: number;
  readonly requests: number;
  readonly rssMb: number;
  readonly hash: string;
}

const SCENARIOS: readonly Scenario[] = [
  ...POLICY_NAMES.map((policy) => ({ name: 'policies', workers: 8, blockSize: 512, policy })),
  { name: '64 workers', workers: 64, blockSize: 512, policy: 'smart' },
  { name: '64 workers', workers: 64, blockSize: 512, policy: 'round-robin' },
  { name: 'small blocks', workers: 8, blockSize: 64, policy: 'smart' },
  { name: 'small blocks', workers: 8, blockSize: 16, policy: 'smart' },
];

/** A million requests at 40 a second; run once. */
const MILLION: TraceOptions = {
  workload: 'conversation',
  set: { requests: 1_000_000, qps: 40 },
  traceBlockSize: 512,
  limit: Number.POSITIVE_INFINITY,
};

function configOf({ workers, blockSize, policy }: Scenario, trace: LabTrace): ReplayConfig {
  const { trace: spec, rate } = trace.open(1, { unit: 'speed-up', value: 1 });
  const measured = {
    trace: spec,
    window: { rate, limit: Number.POSITIVE_INFINITY, warmupRequests: 0, prefillOnly: false },
    serviceLevel: { ttftUs: 2e6, itlUs: 25e3, e2eUs: Number.POSITIVE_INFINITY },
  };
  return buildConfig(measured, 1, [{ blockSize, router: { policy, workers } }]);
}

function measure(scenario: Scenario, trace: LabTrace, repeats: number): Row {
  const config = configOf(scenario, trace);
  const hashes = new Set<string>();
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  let simulatedSeconds = 0;
  // The compiler's share is not what is asked for, unless there is only one run.
  if (repeats > 1) replay(config);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    const { result } = replay(config);
    const cpu = process.cpuUsage(startCpu);
    wallMs.push(performance.now() - startMs);
    cpuMs.push((cpu.user + cpu.system) / 1000);
    simulatedSeconds = result.seconds;
    hashes.add(withHash(result).hash);
  }
  if (hashes.size !== 1) throw new Error(`${scenario.name}: the same replay gave other results`);
  return {
    ...scenario,
    wallMs: wallMs.sort((a, b) => a - b),
    cpuMs: cpuMs.sort((a, b) => a - b),
    simulatedSeconds,
    requests: trace.requests,
    rssMb: process.memoryUsage().rss / 1e6,
    hash: [...hashes].join(),
  };
}

function median(ascending: readonly number[]): number {
  const middle = (ascending.length - 1) / 2;
  return (ascending[Math.floor(middle)]! + ascending[Math.ceil(middle)]!) / 2;
}

const { values } = parseArgs({
  options: {
    trace: { type: 'string' },
    filter: { type: 'string', default: '' },
    repeats: { type: 'string', default: '7' },
    million: { type: 'boolean', default: false },
  },
});
const options: TraceOptions = {
  ...(values.trace === undefined ? { workload: 'conversation' } : { trace: values.trace }),
  set: {},
  traceBlockSize: 512,
  limit: Number.POSITIVE_INFINITY,
};
const world = {
  openText: openTextFile,
  writeError: (text: string): boolean => process.stderr.write(text),
};
const readMs = performance.now();
const trace = await loadLabTrace(options, world);
const { model = 'unknown processor' } = cpus()[0] ?? {};
process.stdout.write(
  `${model.trim()}, ${availableParallelism()} cores, Node ${process.version}, ` +
    `${values.repeats} runs each\n`,
);
process.stdout.write(`${trace.name}, read in ${(performance.now() - readMs).toFixed(0)} ms\n\n`);
const rows = SCENARIOS.filter(({ name, policy }) =>
  `${name} ${policy}`.includes(values.filter),
).map((scenario) => measure(scenario, trace, Number(values.repeats)));
if (values.million) {
  const million = { name: 'a million', workers: 64, blockSize: 512, policy: 'smart' } as const;
  rows.push(measure(million, await loadLabTrace(MILLION, world), 1));
}
process.stdout.write(
  textTable(
    [
      { title: 'scenario', align: 'left', cell: (row) => row.name },
      { title: 'policy', align: 'left', cell: (row) => row.policy },
      { title: 'workers', cell: (row) => String(row.workers) },
      { title: 'block', cell: (row) => String(row.blockSize) },
      { title: 'wall ms', cell: (row) => digits3(median(row.wallMs)) },
      { title: 'least', cell: (row) => digits3(row.wallMs[0]!) },
      { title: 'greatest', cell: (row) => digits3(row.wallMs.at(-1)!) },
      { title: 'CPU ms', cell: (row) => digits3(median(row.cpuMs)) },
      {
        title: 'real time x',
        cell: (row) => digits3((row.simulatedSeconds * 1000) / median(row.wallMs)),
      },
      {
        title: 'at best',
        cell: (row) => digits3((row.simulatedSeconds * 1000) / row.wallMs[0]!),
      },
      {
        title: 'requests/s',
        cell: (row) => digits3((row.requests * 1000) / median(row.wallMs)),
      },
      { title: 'RSS MB', cell: (row) => digits3(row.rssMb) },
      { title: 'result', cell: (row) => row.hash },
    ],
    rows,
    false,
  ),
);
