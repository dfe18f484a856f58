/**
 * Runs the micro benchmarks: `npm run bench -- [filter] [--smoke] [--json FILE]`. Every suite gets
 * a process of its own, since what one suite leaves in the heap and in the compiler's type feedback
 * changes the figures of the next.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BenchMode, BenchRow, BenchSuite } from './bench-result.ts';

const FOLDER = new URL('./', import.meta.url);

/** Names of the suites, without `.bench.ts`, in alphabetical order. */
function suiteNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.bench.ts'))
    .map((file) => file.slice(0, -'.bench.ts'.length))
    .sort();
}

/** The process of one suite: measures, and sends its rows to the parent. */
async function measureSuite(name: string, mode: BenchMode): Promise<void> {
  const { suite }: { suite: BenchSuite } = await import(new URL(`${name}.bench.ts`, FOLDER).href);
  const rows = await suite(mode);
  process.send?.(rows);
}

/** Runs one suite in a process of its own. Fails when the process does. */
async function runSuite(name: string, mode: BenchMode): Promise<BenchRow[]> {
  const args = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url), '--suite', name];
  if (mode === 'smoke') args.push('--smoke');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let rows: BenchRow[] = [];
  child.on('message', (message: BenchRow[]) => {
    rows = message;
  });
  const [code] = await once(child, 'close');
  if (code !== 0 || rows.length === 0) throw new Error(`suite ${name} gave no rows, exit ${code}`);
  return rows;
}

function describeMachine(): string {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const [cpu] = cpus();
  return `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} cores, load ${load}, Node ${process.version}`;
}

function formatRows(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    formatNumber(row.nsPerOp),
    formatNumber(row.opsPerSecond),
    `±${row.rme.toFixed(1)}%`,
    row.p50Us === undefined ? '' : row.p50Us.toFixed(2),
    row.p99Us === undefined ? '' : row.p99Us.toFixed(2),
    row.collections === undefined ? '' : String(row.collections),
    row.note ?? '',
  ]);
  const table = [HEADINGS, ...cells];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...table.map((line) => (line[column] ?? '').length)),
  );
  return table.map((line) => formatLine(line, widths)).join('\n');
}

const HEADINGS = ['', 'ns/op', 'ops/s', 'error', 'p50 us', 'p99 us', 'GCs', ''];

/** Text columns, the first and the last, to the left; figures to the right. */
function formatLine(line: readonly string[], widths: readonly number[]): string {
  const cells = line.map((cell, column) => {
    const width = widths[column] ?? 0;
    return column === 0 || column === line.length - 1 ? cell.padEnd(width) : cell.padStart(width);
  });
  return `  ${cells.join('  ').trimEnd()}`;
}

function formatNumber(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

async function runAll(filter: string, mode: BenchMode, jsonFile: string | undefined) {
  const names = suiteNames().filter((name) => name.includes(filter));
  if (names.length === 0) {
    throw new Error(`no suite has "${filter}" in its name; there are ${suiteNames().join(', ')}`);
  }
  const machine = describeMachine();
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
  console.log(`${machine}\n${command}`);
  const suites: Record<string, BenchRow[]> = {};
  for (const name of names) {
    const rows = await runSuite(name, mode);
    suites[name] = rows;
    console.log(`\n${name}\n${formatRows(rows)}`);
  }
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify({ machine, command, mode, suites }, null, 2)}\n`);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    suite: { type: 'string' },
  },
});
const mode = values.smoke ? 'smoke' : 'full';
if (values.suite !== undefined) await measureSuite(values.suite, mode);
else await runAll(positionals[0] ?? '', mode, values.json);
