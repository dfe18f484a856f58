import type { CapacityTrial } from './capacity-trial.ts';
import { groupBySetting, meanAndSpread, meanOf, settingColumns } from './cell-groups.ts';
import type { Lab } from './lab.ts';
import { commonSettings, plainSettings, withHash } from './lab-document.ts';
import type { CapacityOptions } from './lab-options.ts';
import { RATE_DIGITS } from './rate-search.ts';
import { recordedConfig } from './recorded-config.ts';
import { FIGURES, type Figure, figureColumn, judgedFigures, type Screen } from './replay-table.ts';
import type { LabServiceLevel } from './service-level.ts';
import { type Column, digits3, textTable } from './text-table.ts';

/** What a fleet does at its capacity. */
const FIGURES_AT_CAPACITY: readonly Figure[] = [
  FIGURES.goodPercent,
  FIGURES.ttftP50,
  FIGURES.ttftP90,
  FIGURES.ttftP99,
  FIGURES.itlP50,
  FIGURES.itlP90,
  FIGURES.itlP99,
  FIGURES.tokens,
  FIGURES.hitPercent,
  FIGURES.imbalance,
];

/** A line for each setting: means over its seeds, with their spread where there are several. */
export function capacityTable(
  trials: readonly CapacityTrial[],
  slo: LabServiceLevel,
  { colours, columns }: Screen,
): string {
  const groups = groupBySetting(trials);
  const atCapacity = judgedFigures(FIGURES_AT_CAPACITY, slo).map(
    (figure): Column<readonly CapacityTrial[]> => {
      const { title, cell } = figureColumn(figure);
      return { title, cell: (group) => cell(group.flatMap(({ best }) => best ?? [])) };
    },
  );
  return textTable(
    [
      ...settingColumns(groups),
      { title: 'requests/s', cell: (group) => rateText(group, () => 1, meanAndSpread) },
      {
        title: 'per worker',
        cell: (group) =>
          rateText(
            group,
            ({ settings }) => settings.workers,
            (rates, format) => format(meanOf(rates)),
          ),
      },
      ...atCapacity,
    ],
    groups,
    colours,
    columns,
  );
}

/** The capacity of a group over what `shareOf` says; of lower bounds the least. */
function rateText(
  group: readonly CapacityTrial[],
  shareOf: (trial: CapacityTrial) => number,
  textOf: (rates: readonly number[], format: (rate: number) => string) => string,
): string {
  const rates = group.map((trial) => trial.requestsPerSecond / shareOf(trial));
  return group.some(({ isLowerBound }) => isLowerBound)
    ? `>= ${digits3(Math.min(...rates))}`
    : textOf(rates, rateAsAsked);
}

/** As many digits as a search asks for, so that `replay --qps` can be given what is printed. */
function rateAsAsked(rate: number): string {
  return String(Number(rate.toPrecision(RATE_DIGITS)));
}

/** Says why some capacities are lower bounds and what to do about it; nothing if none is. */
export function lowerBoundLine(lab: Lab, trials: readonly CapacityTrial[]): string {
  if (!trials.some(({ isLowerBound }) => isLowerBound)) return '';
  const { options, trace } = lab;
  const source = options.trace === undefined ? 'workload' : 'trace';
  const requests = trace.hasWaitingTurns ? 'sessions' : 'requests';
  let advice = '';
  if (trace.requests === options.limit) advice = '; use a higher --limit';
  else if (source === 'workload') advice = `; use --set requests=${10 * trace.requests}`;
  return `\n>=: the ${source} has too few ${requests} to offer more${advice}\n`;
}

/** All rates that were tried, as JSON that is the same for the same requests and settings. */
export function capacityJson(
  options: CapacityOptions,
  lab: Lab,
  trials: readonly CapacityTrial[],
): string {
  const { share, precision } = options;
  const document = {
    fakeaiCapacity: 1,
    isComplete: trials.every(({ nextQps }) => nextQps === undefined),
    common: {
      ...commonSettings(options, lab.trace),
      sharePercent: share,
      precisionPercent: precision,
    },
    capacities: trials.map((trial) => {
      const { arrivals, ...rest } = trial.settings;
      return {
        settings: plainSettings(rest),
        isComplete: trial.nextQps === undefined,
        requestsPerSecond: trial.requestsPerSecond,
        isLowerBound: trial.isLowerBound,
        probes: trial.probes,
        config: trial.best ? recordedConfig(trial.best.settings, options, lab.trace) : null,
        result: trial.best?.result ?? null,
      };
    }),
  };
  return withHash(document).json;
}
