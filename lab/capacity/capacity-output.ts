import { settingColumns } from '../experiment/cell-groups.ts';
import type { Lab } from '../experiment/lab.ts';
import { commonSettings, plainSettings, withHash } from '../experiment/lab-document.ts';
import type { CapacityOptions } from '../experiment/lab-options.ts';
import { recordedConfig } from '../experiment/recorded-config.ts';
import {
  FIGURES,
  type Figure,
  figureColumn,
  judgedFigures,
  type Screen,
} from '../experiment/replay-table.ts';
import type { LabServiceLevel } from '../experiment/service-level.ts';
import { type Column, digits3, textTable } from '../experiment/text-table.ts';
import type { CapacityTrial } from './capacity-trial.ts';
import { RATE_DIGITS } from './rate-search.ts';

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

/** A line for each setting. Figures are means over the seeds, as those of a replay's table. */
export function capacityTable(
  trials: readonly CapacityTrial[],
  slo: LabServiceLevel,
  { colours, columns }: Screen,
): string {
  const ofSettings = settingColumns(trials.map((trial) => [trial])).map(
    ({ cell, ...rest }): Column<CapacityTrial> => ({ ...rest, cell: (trial) => cell([trial]) }),
  );
  const atCapacity = judgedFigures(FIGURES_AT_CAPACITY, slo).map(
    (figure): Column<CapacityTrial> => {
      const { title, cell } = figureColumn(figure);
      return { title, cell: ({ best = [] }) => cell(best) };
    },
  );
  return textTable(
    [
      ...ofSettings,
      { title: 'requests/s', cell: (trial) => rateText(trial, 1) },
      { title: 'per worker', cell: (trial) => rateText(trial, trial.settings.workers) },
      ...atCapacity,
    ],
    trials,
    colours,
    columns,
  );
}

/** The capacity over `workers`. */
function rateText({ requestsPerSecond, isLowerBound }: CapacityTrial, workers: number): string {
  const rate = requestsPerSecond / workers;
  return isLowerBound ? `>= ${digits3(rate)}` : rateAsAsked(rate);
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
      const { arrivals, seed, ...rest } = trial.settings;
      return {
        settings: plainSettings(rest),
        seeds: trial.seeds,
        isComplete: trial.nextQps === undefined,
        requestsPerSecond: trial.requestsPerSecond,
        isLowerBound: trial.isLowerBound,
        probes: trial.probes,
        replays: (trial.best ?? []).map((cell) => ({
          seed: cell.settings.seed,
          config: recordedConfig(cell.settings, options, lab.trace),
          result: cell.result,
        })),
      };
    }),
  };
  return withHash(document).json;
}
