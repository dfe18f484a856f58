/**
 * Compares all routing policies on all traces and generators, in light load, at the knee and past
 * it, with a scarce and an ample cache, on two fleets: `npm run bench:routing -- --help`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ReplayRunner } from '../../lab/simulate/replay-runner.ts';
import { isPolicyName, POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import { capacityOf } from './calibration.ts';
import { Comparison } from './comparison.ts';
import { comparisonParts, replaceParts } from './comparison-markdown.ts';
import { ResultsFile } from './results-file.ts';
import { type Capacities, rowsOf, seedsOf } from './row.ts';
import { TRAFFIC, type Traffic, TrafficReader } from './traffic.ts';

const HELP = `npm run bench:routing -- [options]

Replays every policy, prints what \`smart\` is beside the best other one, and all figures.

  --traces FOLDER    where the files of traces are
  --only TEXT        one traffic:
${TRAFFIC.map(({ name }) => `                       ${name}\n`).join('')}  --policy NAMES     these policies, again where a result is of another commit
  --quick            8 workers and one seed
  --results FILE     JSON; what is in it is not replayed again
  --write FILE       puts the tables between the markers of this Markdown file; may be repeated
  --kept             replays nothing, takes what is in the results
  --threads N        2 if not given
  --calibrate        finds the capacities that rates are parts of, and writes capacities.json
`;

const CAPACITIES = new URL('./capacities.json', import.meta.url);

const { values } = parseArgs({
  options: {
    traces: { type: 'string', default: 'traces' },
    only: { type: 'string', default: '' },
    policy: { type: 'string' },
    quick: { type: 'boolean', default: false },
    results: { type: 'string' },
    write: { type: 'string', multiple: true, default: [] },
    kept: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    calibrate: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const reader = new TrafficReader(values.traces);
const traffic = values.only === '' ? TRAFFIC : TRAFFIC.filter(({ name }) => name === values.only);
const capacities: Capacities = JSON.parse(readFileSync(CAPACITIES, 'utf8'));
if (traffic.length === 0) throw new Error(`no traffic ${values.only}; see --help`);
if (values.help) process.stdout.write(HELP);
else if (values.calibrate) await calibrate(traffic);
else await compare();

async function calibrate(chosen: readonly Traffic[]): Promise<void> {
  const runner = new ReplayRunner(Number(values.threads));
  const found: Record<string, Capacities[string]> = { ...capacities };
  for (const each of chosen.filter(({ isBurst }) => !isBurst)) {
    const [scarce = 0, ample = 0] = [
      await capacityOf(each, 'scarce', reader, runner),
      await capacityOf(each, 'ample', reader, runner),
    ];
    found[each.name] = { scarce, ample };
    process.stderr.write(`${each.name}: ${scarce}/s scarce, ${ample}/s ample\n`);
    writeFileSync(CAPACITIES, `${JSON.stringify(found, null, 2)}\n`);
  }
  await runner.stop();
}

async function compare(): Promise<void> {
  const isQuick = values.quick;
  const results = new ResultsFile(values.results);
  const policies =
    values.policy === undefined ? POLICY_NAMES : values.policy.split(',').map(policyNamed);
  const rows = traffic.flatMap((each) => rowsOf(each, capacities, isQuick));
  const cheapestFirst = [...rows].sort((a, b) => a.workers - b.workers);
  const options = {
    threads: Number(values.threads),
    isQuick,
    policies: values.kept ? [] : policies,
    isAnew: values.policy !== undefined,
  };
  const comparison = new Comparison(options, reader, results);
  await comparison.run(cheapestFirst);
  await comparison.close();
  const compared = rows
    .map((row) => ({ row, policies: results.figures(row, seedsOf(row, isQuick)) }))
    .filter((each) => each.policies.size > 1);
  const parts = comparisonParts(compared, { ...results.provenance, capacities });
  process.stdout.write(Object.values(parts).join('\n'));
  for (const path of values.write) {
    writeFileSync(path, replaceParts(readFileSync(path, 'utf8'), parts));
  }
}

function policyNamed(name: string): PolicyName {
  if (isPolicyName(name)) return name;
  throw new Error(`no policy ${name}; there are ${POLICY_NAMES.join(', ')}`);
}
