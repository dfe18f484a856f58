import { join } from 'node:path';
import { EXIT_FAILED } from '../../shared/exit-codes.ts';
import { type Lab, withLab } from '../experiment/lab.ts';
import { cellsOf } from '../experiment/lab-cell.ts';
import type { CapacityOptions } from '../experiment/lab-options.ts';
import { measurementNotes } from '../experiment/replay-notes.ts';
import { judgesRequests } from '../experiment/service-level.ts';
import type { Terminal } from '../experiment/terminal.ts';
import { writeHeading } from '../experiment/trace-heading.ts';
import { wrappedText } from '../experiment/wrapped-text.ts';
import { capacityJson, capacityTable, lowerBoundLine } from './capacity-output.ts';
import { noCapacityReasons } from './capacity-reasons.ts';
import { CapacityTrial, searchAll } from './capacity-trial.ts';

/**
 * Searches the capacity of every setting, prints the table and writes it. Resolves to the exit
 * code.
 */
export function runCapacity(terminal: Terminal, options: CapacityOptions): Promise<number> {
  return withLab(terminal, options, (lab) => capacity(terminal, options, lab));
}

/** Likewise. When the user stops it, the searches that have ended are printed, all are written. */
export async function capacity(
  terminal: Terminal,
  options: CapacityOptions,
  lab: Lab,
): Promise<number> {
  const { trace } = lab;
  const ownRate = trace.ownRate(options.seeds[0] ?? 0);
  const first = Number.isFinite(ownRate) ? ownRate : 1;
  const { seeds, share, precision } = options;
  const settings = cellsOf(options, trace, [{ unit: 'qps', value: first }]);
  const trials = settings
    .filter(({ seed }) => seed === seeds[0])
    .map((cell) => new CapacityTrial(cell, seeds, lab, share / 100, precision / 100));
  writeHeading(terminal, trace, options, []);
  terminal.writeOut(wrappedText(questionText(options), terminal.columns));
  terminal.writeOut('\n');
  await searchAll(lab, trials);
  const known = trials.filter(({ nextQps }) => nextQps === undefined);
  if (known.length > 0) {
    terminal.writeOut(capacityTable(known, options.slo, terminal));
    terminal.writeOut(lowerBoundLine(lab, known));
    const cells = known.flatMap(({ best = [] }) => best);
    const notes = [
      ...noCapacityReasons(known, options, trace),
      ...(cells.length > 0 ? measurementNotes(cells, trace) : []),
    ];
    for (const note of notes) terminal.writeOut(`\n${wrappedText(note, terminal.columns)}`);
  }
  if (trials.some(({ probes }) => probes.length > 0)) {
    const path = join(options.out, 'capacity.json');
    await terminal.writeText(path, [capacityJson(options, lab, trials)]);
    terminal.writeOut(`\n${path}\n`);
  }
  if (known.length === trials.length) return 0;
  const count = trials.length === 1 ? '1 search' : `${trials.length} searches`;
  terminal.writeError(`fakeai: stopped after ${known.length} of ${count}\n`);
  return EXIT_FAILED;
}

function questionText({ slo, share }: CapacityOptions): string {
  const parts = [
    ...(judgesRequests(slo) ? [`${share} % of the requests are good`] : []),
    ...(slo.percentiles.length > 0 ? ['the bounds over all hold'] : []),
  ];
  return `The highest rate at which ${parts.join(' and ')}:`;
}
