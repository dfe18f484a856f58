import { join } from 'node:path';
import { EXIT_FAILED } from '../../shared/exit-codes.ts';
import { reportHtml } from '../report/report-html.ts';
import { decisionsJsonl } from './decisions-jsonl.ts';
import { type FinishedCell, withLab } from './lab.ts';
import { cellsOf } from './lab-cell.ts';
import { resultsDocument } from './lab-document.ts';
import type { ReplayOptions } from './lab-options.ts';
import { labReport } from './lab-report.ts';
import type { Arrivals, LabTrace } from './lab-trace.ts';
import { readPageScript } from './page-script.ts';
import { recordsCsv } from './records-csv.ts';
import { replayNotes, unmeasured } from './replay-notes.ts';
import { replayTable } from './replay-table.ts';
import type { Terminal } from './terminal.ts';
import { writeHeading } from './trace-heading.ts';
import { wrappedText } from './wrapped-text.ts';

/** Runs the grid, prints the table and writes the results. Resolves to the exit code. */
export function runReplay(terminal: Terminal, options: ReplayOptions): Promise<number> {
  const startMs = performance.now();
  return withLab(terminal, options, async (lab) => {
    const { trace } = lab;
    const arrivals = arrivalsOf(options, trace);
    const settings = cellsOf(options, trace, arrivals);
    const count = settings.length === 1 ? '1 replay' : `${settings.length} replays`;
    writeHeading(terminal, trace, options, arrivals);
    terminal.writeOut(`${count}:\n\n`);
    const readMs = performance.now();
    const bounds = await lab.bounds(settings);
    const replays = await lab.run(settings, options.records, bounds);
    const cells = replays.filter((cell) => cell !== undefined);
    const simulatedMs = performance.now();
    if (cells.length > 0) {
      terminal.writeOut(replayTable(cells, options.slo, terminal));
      const notes = replayNotes(cells, trace);
      if (notes.length > 0) terminal.writeOut('\n');
      for (const note of notes) terminal.writeOut(wrappedText(note, terminal.columns));
      await writeFiles(terminal, options, trace, cells);
    }
    terminal.writeOut(
      `Read in ${seconds(readMs - startMs)}, simulated in ${seconds(simulatedMs - readMs)} on ` +
        `${options.threads} threads, written in ${seconds(performance.now() - simulatedMs)}.\n`,
    );
    if (cells.length === settings.length) return unmeasured(cells).length === 0 ? 0 : EXIT_FAILED;
    terminal.writeError(`fakeai: stopped after ${cells.length} of ${count}\n`);
    return EXIT_FAILED;
  });
}

function arrivalsOf({ rate, qps }: ReplayOptions, trace: LabTrace): readonly Arrivals[] {
  if (rate !== undefined) return rate.map((value) => ({ unit: 'speed-up', value }));
  if (qps !== undefined) return qps.map((value) => ({ unit: 'qps', value }));
  return trace.sweep;
}

async function writeFiles(
  terminal: Terminal,
  options: ReplayOptions,
  trace: LabTrace,
  cells: readonly FinishedCell[],
): Promise<void> {
  const { hash, json } = resultsDocument(options, trace, cells);
  const report = labReport({ version: terminal.version, options, trace, hash }, cells);
  const files: [string, Iterable<string>][] = [
    ['results.json', [json]],
    ['report.html', [reportHtml(report, await readPageScript('report-page', terminal.openText))]],
  ];
  if (options.records) {
    files.push(['requests.csv', recordsCsv(cells)], ['decisions.jsonl', decisionsJsonl(cells)]);
  }
  terminal.writeOut('\n');
  for (const [name, chunks] of files) {
    const path = join(options.out, name);
    await terminal.writeText(path, chunks);
    terminal.writeOut(`${path}\n`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
