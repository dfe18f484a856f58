import { join } from 'node:path';
import { type CommandContext, EXIT_FAILED } from '../commands/command-context.ts';
import { groupBySetting, meanAndSpread, meanOf, settingColumns } from './cell-groups.ts';
import { type FinishedCell, type Lab, withLab } from './lab.ts';
import { type CellSettings, cellsOf } from './lab-cell.ts';
import { commonSettings, plainSettings, withHash } from './lab-document.ts';
import type { CapacityOptions } from './lab-options.ts';
import { RateSearch } from './rate-search.ts';
import { FIGURES, figureColumn } from './replay-table.ts';
import { type Column, digits3, textTable } from './text-table.ts';

/** One rate that was tried. */
interface Probe {
  readonly qps: number;
  readonly goodShare: number;
}

/** The search for the capacity of one setting and seed. */
interface Trial {
  readonly settings: CellSettings;
  readonly search: RateSearch;
  readonly probes: Probe[];
  /** The replay at the highest rate that passed so far. */
  best: FinishedCell | undefined;
}

/**
 * Searches the capacity of every setting, prints the table and writes it. Resolves to the exit
 * code.
 */
export function runCapacity(context: CommandContext, options: CapacityOptions): Promise<number> {
  return withLab(context, options, async (lab) => {
    const { trace } = lab;
    const start = trace.requestsPerSecond;
    const settings = cellsOf(options, trace, [{ unit: 'qps', value: start }]);
    const trials = settings.map((cell) => ({
      settings: cell,
      search: new RateSearch(start, options.precision / 100),
      probes: [],
      best: undefined,
    }));
    context.writeOut(
      `${trace.name}: ${trace.requests.toLocaleString('en')} requests; the highest rate at which ` +
        `${options.share} % of them keep the service level\n\n`,
    );
    await searchAll(lab, trials, options.share / 100);
    if (lab.interrupted) {
      context.writeError('fakeai: stopped before the capacities were known\n');
      return EXIT_FAILED;
    }
    context.writeOut(capacityTable(trials, context.colours));
    const path = join(options.out, 'capacity.json');
    await context.writeText(path, [capacityJson(options, lab, trials)]);
    context.writeOut(`\n${path}\n`);
    return 0;
  });
}

/** Takes all searches forward together, a replay each at a time, so that every core has work. */
async function searchAll(lab: Lab, trials: readonly Trial[], share: number): Promise<void> {
  for (;;) {
    const open = trials.flatMap((trial) => {
      const qps = trial.search.next();
      return qps === undefined ? [] : [{ trial, qps }];
    });
    if (open.length === 0) return;
    const cells = await lab.run(
      open.map(({ trial, qps }) => ({ ...trial.settings, arrivals: { unit: 'qps', value: qps } })),
    );
    if (lab.interrupted) return;
    for (const [index, { trial, qps }] of open.entries()) {
      const cell = cells[index];
      if (cell === undefined) continue;
      const { goodShare } = cell.result;
      trial.search.record(qps, goodShare >= share);
      trial.probes.push({ qps, goodShare });
      if (goodShare >= share) trial.best = cell;
    }
  }
}

function capacityTable(trials: readonly Trial[], colours: boolean): string {
  const groups = groupBySetting(trials);
  const rate: Column<readonly Trial[]> = {
    title: 'requests/s',
    cell: (group) =>
      group.some(({ search }) => search.isUnbounded)
        ? `over ${digits3(Math.min(...group.map(({ search }) => search.highest)))}`
        : meanAndSpread(
            group.map(({ search }) => search.highest),
            digits3,
          ),
  };
  const perWorker: Column<readonly Trial[]> = {
    title: 'per worker',
    cell: (group) =>
      digits3(meanOf(group.map(({ search, settings }) => search.highest / settings.workers))),
  };
  const { ttftP50, ttftP99, itlP50, itlP99, tokens, hitPercent, imbalance } = FIGURES;
  const atCapacity = [ttftP50, ttftP99, itlP50, itlP99, tokens, hitPercent, imbalance].map(
    (figure): Column<readonly Trial[]> => {
      const { title, cell } = figureColumn(figure);
      return { title, cell: (group) => cell(group.flatMap(({ best }) => best ?? [])) };
    },
  );
  return textTable([...settingColumns(groups), rate, perWorker, ...atCapacity], groups, colours);
}

function capacityJson(options: CapacityOptions, lab: Lab, trials: readonly Trial[]): string {
  const { share, precision } = options;
  const document = {
    fakeaiCapacity: 1,
    common: {
      ...commonSettings(options, lab.trace),
      sharePercent: share,
      precisionPercent: precision,
    },
    capacities: trials.map(({ settings, search, probes, best }) => {
      const { arrivals, ...rest } = settings;
      return {
        settings: plainSettings(rest),
        requestsPerSecond: search.highest,
        isUnbounded: search.isUnbounded,
        probes,
        result: best?.result ?? null,
      };
    }),
  };
  return withHash(document).json;
}
