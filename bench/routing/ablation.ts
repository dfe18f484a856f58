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
import { meanOf } from '../../lab/experiment/mean.ts';
import type { ReplayResult } from '../../lab/measure/replay-result.ts';
import { buildConfig, type ConfigChange } from '../../lab/simulate/build-config.ts';
import type { ReplayConfig } from '../../lab/simulate/replay-config.ts';
import { ReplayRunner } from '../../lab/simulate/replay-runner.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import {
  type Case,
  CHATS,
  CONVERSATION,
  FASTER,
  GENERATED,
  HOT,
  LONE,
  SHARED,
  SHOWN,
  SLOWER,
} from './ablation-cases.ts';
import { SERVICE_LEVEL } from './row.ts';

const SEEDS = [1, 2, 3];

const { values } = parseArgs({
  options: { traces: { type: 'string', default: 'traces' }, write: { type: 'string' } },
});
const traces = new Map<string, Promise<LabTrace>>();
const runner = new ReplayRunner(2);
/** Figures of the replays that have ended, by what was replayed. */
const known = new Map<string, (number | null)[][]>();

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

/** Each figure of each replay of `one`, by the order of the seeds. */
async function replayed(one: Case, change: ConfigChange): Promise<(number | null)[][]> {
  const key = `${one.title} ${JSON.stringify(change)}`;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const runs = await runner.run(await configsOf(one, change));
  process.stderr.write(`${key}\n`);
  const all = FIGURES.map(({ of }) =>
    runs.map((run) => {
      if (run === undefined) throw new Error('a replay did not end');
      return of(run.result);
    }),
  );
  known.set(key, all);
  return all;
}

/** Mean of the seeds, and half of the range between them where there are several. */
function cell(all: readonly (number | null)[], digits: number): string {
  const present = all.filter((value) => value !== null);
  if (present.length === 0) return '';
  const half = (Math.max(...present) - Math.min(...present)) / 2;
  const spread = Number(half.toFixed(digits)) > 0 ? ` ± ${half.toFixed(digits)}` : '';
  return `${meanOf(present).toFixed(digits)}${spread}`;
}

async function figures(one: Case, change: ConfigChange): Promise<string[]> {
  const all = await replayed(one, change);
  return all.map((present, at) => cell(present, FIGURES[at]!.digits));
}

/** Three rows: as it is, without the term, and what that changes, seed by seed. */
async function without(term: CostTerm, one: Case): Promise<string[][]> {
  const whole = await replayed(one, {});
  const less = await replayed(one, { router: { withoutTerms: [term] } });
  const cells = (all: (number | null)[][]) => all.map((row, at) => cell(row, FIGURES[at]!.digits));
  const change = whole.map((row, at) =>
    row.map((value, seed) => {
      const other = less[at]![seed]!;
      return value === null || other === null ? null : other - value;
    }),
  );
  return [
    [one.title, 'all terms', ...cells(whole)],
    ['', `no \`${term}\``, ...cells(less)],
    ['', 'difference', ...cells(change)],
  ];
}

const FIGURES: readonly {
  readonly title: string;
  readonly of: (result: ReplayResult) => number | null;
  readonly digits: number;
}[] = [
  { title: 'TTFT p50 ms', of: ({ latencies }) => latencies.ttftMs.p50, digits: 0 },
  { title: 'TTFT p90 ms', of: ({ latencies }) => latencies.ttftMs.p90, digits: 0 },
  { title: 'mean ITL ms', of: ({ latencies }) => latencies.tpotMs.mean, digits: 2 },
  { title: 'mean E2E ms', of: ({ latencies }) => latencies.e2eMs.mean, digits: 0 },
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
    for (const one of cases) rows.push(...(await without(term as CostTerm, one)));
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

/** A table for each of two cases: TTFT p90 and good %, a row for each weight of overlap. */
async function weights(): Promise<string> {
  const loads = [0, 0.25, 0.5, 0.75, 1, 2];
  const tables: string[] = [];
  for (const one of [CONVERSATION, GENERATED]) {
    const rows: string[][] = [];
    for (const overlapWeight of [0, 0.5, 1, 1.5, 2]) {
      const row = [String(overlapWeight)];
      for (const loadBalanceWeight of loads) {
        const [, ttftP90 = '', , , good = ''] = await figures(one, {
          router: { overlapWeight, loadBalanceWeight },
        });
        row.push(`${ttftP90}, ${good}`);
      }
      rows.push(row);
    }
    const head = [`${one.title}: overlap`, ...loads.map((load) => `load ${load}`)];
    tables.push(table(head, rows));
  }
  return tables.join('\n');
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
  await byPolicy(
    [SLOWER, LONE, FASTER, CHATS, SHARED, HOT],
    ['smart', 'least-loaded', 'cache-aware'],
    AS_IT_IS,
  ),
  '### Weights: TTFT p90 ms, good %\n',
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
