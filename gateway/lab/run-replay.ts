import { join } from 'node:path';
import type { HitBound } from '../../engine/replay/hit-bound.ts';
import type { ReplayConfig } from '../../engine/replay/replay-config.ts';
import { reportHtml } from '../../engine/replay/report/report-html.ts';
import { type CommandContext, EXIT_FAILED } from '../commands/command-context.ts';
import { type CellSettings, cellsOf, replayConfig } from './lab-cell.ts';
import { commonSettings, type LabCell, resultsDocument } from './lab-document.ts';
import { reportingErrors } from './lab-errors.ts';
import type { ReplayOptions } from './lab-options.ts';
import { labReport, readPageScript } from './lab-report.ts';
import { LabSession } from './lab-session.ts';
import { type Arrivals, type LabTrace, loadLabTrace } from './lab-trace.ts';
import { recordsCsv } from './records-csv.ts';
import { replayTable } from './replay-table.ts';

/** A cell of the grid, and the records of its requests if they were asked for. */
interface FinishedCell extends LabCell {
  readonly records: Float64Array | undefined;
}

/** Runs the grid, prints the table and writes the results. Resolves to the exit code. */
export function runReplay(context: CommandContext, options: ReplayOptions): Promise<number> {
  return reportingErrors(context, options.trace, async () => {
    const startMs = performance.now();
    const trace = await loadLabTrace(options, context.openText);
    const settings = cellsOf(options, trace, arrivalsOf(options, trace));
    const count = settings.length === 1 ? '1 replay' : `${settings.length} replays`;
    const requests = trace.requests.toLocaleString('en');
    context.writeOut(`${trace.name}: ${requests} requests, ${count}\n\n`);
    const readMs = performance.now();
    const cells = await runCells(settings, options, trace);
    const simulatedMs = performance.now();
    if (cells.length > 0) {
      context.writeOut(replayTable(cells, context.colours));
      await writeFiles(context, options, trace, cells);
    }
    context.writeOut(
      `Read in ${seconds(readMs - startMs)}, simulated in ${seconds(simulatedMs - readMs)} on ` +
        `${options.threads} threads, written in ${seconds(performance.now() - simulatedMs)}.\n`,
    );
    if (cells.length === settings.length) return 0;
    context.writeError(`fakeai: stopped after ${cells.length} of ${count}\n`);
    return EXIT_FAILED;
  });
}

function arrivalsOf({ rate, qps }: ReplayOptions, trace: LabTrace): readonly Arrivals[] {
  if (rate !== undefined) return rate.map((value) => ({ unit: 'speed-up', value }));
  if (qps !== undefined) return qps.map((value) => ({ unit: 'qps', value }));
  return [trace.arrivals];
}

/** Those cells that were not kept from ending, in the order of the grid. */
async function runCells(
  settings: readonly CellSettings[],
  options: ReplayOptions,
  trace: LabTrace,
): Promise<FinishedCell[]> {
  const configs = settings.map((cell) => replayConfig(cell, options, trace));
  const session = new LabSession(options.threads);
  try {
    const bounds = await boundsOf(session, settings, configs);
    const outcomes = await session.run(configs, trace.requests, options.records);
    return settings.flatMap((cell, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : [{ settings: cell, bound: bounds[index], ...outcome }];
    });
  } finally {
    await session.close();
  }
}

/** The bound of every cell, computed once for all cells that replay the same requests. */
async function boundsOf(
  session: LabSession,
  settings: readonly CellSettings[],
  configs: readonly ReplayConfig[],
): Promise<(HitBound | undefined)[]> {
  const keys = settings.map(({ seed, blockSize, arrivals }, index) =>
    configs[index]?.trace.kind === 'table'
      ? String(blockSize)
      : `${blockSize} ${seed} ${arrivals.value}`,
  );
  const distinct = [...new Set(keys)];
  const firsts = distinct.flatMap((key) => configs[keys.indexOf(key)] ?? []);
  const bounds = await session.bounds(firsts);
  return keys.map((key) => bounds[distinct.indexOf(key)]);
}

async function writeFiles(
  context: CommandContext,
  options: ReplayOptions,
  trace: LabTrace,
  cells: readonly FinishedCell[],
): Promise<void> {
  const { hash, json } = resultsDocument(commonSettings(options, trace), cells);
  const report = labReport({ version: context.version, options, trace, hash }, cells);
  const files: [string, Iterable<string>][] = [
    ['results.json', [json]],
    ['report.html', [reportHtml(report, await readPageScript(context.openText))]],
  ];
  if (options.records)
    files.push(['requests.csv', recordsCsv(cells.map(({ records }) => records))]);
  context.writeOut('\n');
  for (const [name, chunks] of files) {
    const path = join(options.out, name);
    await context.writeText(path, chunks);
    context.writeOut(`${path}\n`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
