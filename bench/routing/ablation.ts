/**
 * What each term of `smart`'s cost is for, and what its weights and late news do to it:
 * `npm run bench:routing:ablation -- --traces FOLDER [--write FILE]`. Prints tables in Markdown, or
 * puts them between the markers of a file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openTextFile } from '../../cli/text-file.ts';
import type { CostTerm } from '../../engine/router/placement-cost.ts';
import { type LabTrace, loadLabTrace } from '../../lab/experiment/lab-trace.ts';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import { buildConfig, type ConfigChange } from '../../lab/simulate/build-config.ts';
import type { ReplayConfig } from '../../lab/simulate/replay-config.ts';
import { ReplayRunner } from '../../lab/simulate/replay-runner.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { SERVICE_LEVEL } from './row.ts';

/** Requests, and the workers that serve them. */
interface Case {
  readonly title: string;
  /** File of a trace, or a generator. */
  readonly file?: string;
  readonly workload?: string;
  readonly set?: Readonly<Record<string, number>>;
  /** Speed-up of the arrivals. */
  readonly rate: number;
  readonly prefillOnly?: boolean;
  readonly change: ConfigChange;
}

const CONVERSATION: Case = {
  title: 'conversation trace, 3x',
  file: 'mooncake_conversation_trace.jsonl.gz',
  rate: 3,
  change: { blockSize: 512 },
};
const GENERATED: Case = {
  title: 'generated conversation, 7x',
  workload: 'conversation',
  rate: 7,
  change: {},
};
const LLM_D: Case = {
  title: 'llm-d prompts, prefill alone, 60/s',
  workload: 'shared-prefix:llm-d',
  set: { qps: 60, ramp: 1 },
  rate: 1,
  prefillOnly: true,
  change: { blockSize: 64, worker: { numBlocks: 4802 } },
};
const FULL: Case = {
  ...LLM_D,
  title: 'llm-d prompts, 30/s, caches full',
  set: { qps: 30, ramp: 1, requests: 2000 },
  prefillOnly: false,
};
const CODE: Case = {
  title: 'Azure code, 4x, 4 workers',
  file: 'AzureLLMInferenceTrace_code.csv.gz',
  rate: 4,
  change: { blockSize: 512, router: { workers: 4 } },
};
const AGENTS: Case = {
  title: 'agentic, 30/s',
  workload: 'agentic',
  set: { requests: 8000, qps: 30 },
  rate: 1,
  change: { blockSize: 64 },
};
const HOT: Case = {
  title: 'one prefix of 20,000 tokens, 40/s',
  workload: 'shared-prefix',
  set: { groups: 1, promptsPerGroup: 5000, requests: 5000, qps: 40, prefixTokens: 20_000 },
  rate: 1,
  change: { blockSize: 64 },
};
const LONE: Case = {
  title: 'lengths, 120/s: nothing shared',
  workload: 'lengths',
  set: { requests: 8000, inputCv: 1.5, outputCv: 1, qps: 120 },
  rate: 1,
  change: { blockSize: 64 },
};
const CHATS: Case = {
  title: 'Azure conversation, 4x: nothing shared',
  file: 'AzureLLMInferenceTrace_conv.csv.gz',
  rate: 4,
  change: { blockSize: 512 },
};

const SCARCE: Case = {
  title: '64 prefixes that just fit, 32/s',
  workload: 'shared-prefix',
  set: { requests: 6000, qps: 32 },
  rate: 1,
  change: { blockSize: 128, worker: { numBlocks: 782 } },
};

/** Where each term is looked at; the first is where it was expected to matter. */
const SHOWN: Readonly<Partial<Record<CostTerm, readonly Case[]>>> = {
  wait: [CONVERSATION, CODE],
  queue: [LLM_D, CONVERSATION],
  stall: [AGENTS, LONE],
  pace: [GENERATED, CODE],
  room: [FULL, CONVERSATION],
  size: [SCARCE, CONVERSATION],
  evict: [SCARCE, CONVERSATION],
  copy: [HOT, AGENTS],
};

const SEEDS = [1, 2, 3];

const { values } = parseArgs({
  options: { traces: { type: 'string', default: 'traces' }, write: { type: 'string' } },
});
const traces = new Map<string, Promise<LabTrace>>();
const runner = new ReplayRunner(2);

function traceOf({ title, file, workload, set = {} }: Case): Promise<LabTrace> {
  const source =
    file === undefined ? { workload: workload! } : { trace: `${values.traces}/${file}` };
  const world = {
    openText: openTextFile,
    writeError: (text: string): boolean => process.stderr.write(text),
  };
  const options = { ...source, set, traceBlockSize: 512, limit: Number.POSITIVE_INFINITY };
  const opened = traces.get(title) ?? loadLabTrace(options, world);
  traces.set(title, opened);
  return opened;
}

async function configsOf(one: Case, change: ConfigChange): Promise<ReplayConfig[]> {
  const trace = await traceOf(one);
  const router = { ...one.change.router, ...change.router };
  return (one.file === undefined ? SEEDS : [1]).map((seed) => {
    const { trace: spec, rate } = trace.open(seed, { unit: 'speed-up', value: one.rate });
    const { prefillOnly = false } = one;
    const window = { rate, limit: Number.POSITIVE_INFINITY, warmupRequests: 0, prefillOnly };
    const measured = { trace: spec, window, serviceLevel: SERVICE_LEVEL };
    return buildConfig(measured, seed, [one.change, { ...change, router }]);
  });
}

/** Mean of the seeds of each figure, and half of the range between them where there are several. */
async function figures(one: Case, change: ConfigChange): Promise<string[]> {
  const runs = await runner.run(await configsOf(one, change));
  const results = runs.flatMap((run) => (run === undefined ? [] : [run.result]));
  process.stderr.write(`${one.title} ${JSON.stringify(change)}\n`);
  return FIGURES.map(({ of, digits }) => {
    const all = results.map(of).filter((value) => value !== null);
    if (all.length === 0) return '';
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const half = (Math.max(...all) - Math.min(...all)) / 2;
    const spread = Number(half.toFixed(digits)) > 0 ? ` ± ${half.toFixed(digits)}` : '';
    return `${mean.toFixed(digits)}${spread}`;
  });
}

const FIGURES: readonly {
  readonly title: string;
  readonly of: (result: ReplayResult) => number | null;
  readonly digits: number;
}[] = [
  { title: 'TTFT p50 ms', of: ({ latencies }) => latencies.ttftMs.p50, digits: 0 },
  { title: 'TTFT p90 ms', of: ({ latencies }) => latencies.ttftMs.p90, digits: 0 },
  { title: 'mean ITL ms', of: ({ latencies }) => latencies.tpotMs.mean, digits: 2 },
  { title: 'good %', of: ({ goodShare }) => 100 * goodShare, digits: 1 },
  { title: 'hit %', of: ({ cache }) => 100 * (cache.tokenHitRate ?? 0), digits: 1 },
  { title: 'max/mean work', of: ({ imbalance }) => imbalance.maxOverMean, digits: 2 },
];

const HEAD = FIGURES.map(({ title }) => title);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`;
}

async function terms(): Promise<string> {
  const rows: string[][] = [];
  for (const [term, cases] of Object.entries(SHOWN)) {
    for (const one of cases) {
      rows.push([one.title, 'all terms', ...(await figures(one, {}))]);
      const without = [term as CostTerm];
      rows.push([
        one.title,
        `no \`${term}\``,
        ...(await figures(one, { router: { withoutTerms: without } })),
      ]);
    }
  }
  return table(['requests', 'cost', ...HEAD], rows);
}

async function byPolicy(
  cases: readonly Case[],
  policies: readonly PolicyName[],
  changes: readonly (readonly [string, ConfigChange])[],
): Promise<string> {
  const rows: string[][] = [];
  for (const one of cases) {
    for (const [name, change] of changes) {
      for (const policy of policies) {
        const cells = await figures(one, { ...change, router: { ...change.router, policy } });
        rows.push([`${one.title}${name}`, policy, ...cells]);
      }
    }
  }
  return table(['requests', 'policy', ...HEAD], rows);
}

async function weights(): Promise<string> {
  const rows: string[][] = [];
  for (const one of [CONVERSATION, GENERATED]) {
    for (const overlapWeight of [0, 0.5, 1, 1.5, 2]) {
      for (const loadBalanceWeight of [0, 0.25, 0.5, 1, 2]) {
        const [, ttftP90 = '', , good = ''] = await figures(one, {
          router: { overlapWeight, loadBalanceWeight },
        });
        rows.push([one.title, String(overlapWeight), String(loadBalanceWeight), ttftP90, good]);
      }
    }
  }
  return table(['requests', 'overlap', 'load', 'TTFT p90 ms', 'good %'], rows);
}

const LATE = [0, 50, 200, 1000].map((ms): readonly [string, ConfigChange] => [
  `, ${ms} ms late`,
  { stalenessUs: ms * 1000 },
]);
const AS_IT_IS = [['', {}]] as const;

const text = [
  '### Without a term\n',
  await terms(),
  '### Late news of workers\n',
  await byPolicy([CONVERSATION], ['smart', 'cache-aware', 'least-loaded'], LATE),
  '### Nothing shared, and one thing shared by all\n',
  await byPolicy([LONE, CHATS, HOT], ['smart', 'least-loaded', 'cache-aware'], AS_IT_IS),
  '### Weights\n',
  await weights(),
]
  .join('\n')
  .trimEnd();
await runner.stop();
if (values.write === undefined) process.stdout.write(`${text}\n`);
else writeFileSync(values.write, withTables(readFileSync(values.write, 'utf8'), text));

/** Throws where the markers are not there. */
function withTables(document: string, tables: string): string {
  const begin = '<!-- begin ablation: npm run bench:routing:ablation -->\n';
  const end = '<!-- end ablation -->';
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`no ${begin.trim()} ... ${end} in ${values.write}`);
  return `${document.slice(0, from + begin.length)}\n${tables}\n${document.slice(to)}`;
}
