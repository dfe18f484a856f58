import { join } from 'node:path';
import { type CommandContext, EXIT_FAILED } from '../commands/command-context.ts';
import { meanOf } from './cell-groups.ts';
import { type FinishedCell, type Lab, withLab } from './lab.ts';
import { type CellSettings, cellsOf } from './lab-cell.ts';
import { commonSettings } from './lab-document.ts';
import type { TuneOptions } from './lab-options.ts';
import type { Arrivals, LabTrace } from './lab-trace.ts';
import { writeHeading } from './trace-heading.ts';
import {
  type Candidate,
  environmentLines,
  rangeEndLines,
  type Tuning,
  tuneJson,
  tuneTable,
} from './tune-output.ts';
import { chooseWeights, frontOf } from './weight-choice.ts';
import { WeightSearch } from './weight-search.ts';
import { DEFAULT_WEIGHTS, WEIGHT_RANGES, type Weights } from './weights.ts';
import { wrappedText } from './wrapped-text.ts';

/** Searches the weights, prints them and writes what was tried. Resolves to the exit code. */
export function runTune(context: CommandContext, options: TuneOptions): Promise<number> {
  return withLab(context, options, (lab) => tune(context, options, lab));
}

/** Likewise. When the user stops it, what has been tried so far is printed and written. */
export async function tune(
  context: CommandContext,
  options: TuneOptions,
  lab: Lab,
): Promise<number> {
  const { trace } = lab;
  const search = new WeightSearch<Candidate>(gridOf(options), WEIGHT_RANGES);
  const { candidatesMax } = search;
  const arrivals = arrivalsOf(options, trace);
  writeHeading(context, trace, options, [arrivals]);
  context.writeOut(
    wrappedText(
      'The weights of smart with which most requests keep the service level: at most ' +
        `${candidatesMax} are tried, in ${candidatesMax * options.seeds.length} replays.`,
      context.columns,
    ),
  );
  context.writeOut('\n');
  const isComplete = await runSearch(search, lab, baseCells(lab, options, arrivals));
  const best = chooseWeights(search.candidates);
  if (best !== undefined) {
    const { candidates } = search;
    await present(context, options, lab, {
      candidates,
      front: frontOf(candidates),
      best,
      isComplete,
    });
  }
  if (isComplete) return 0;
  context.writeError(
    `fakeai: stopped after ${search.candidates.length} of at most ${candidatesMax} weights\n`,
  );
  return EXIT_FAILED;
}

/** Every combination of the lists, and what `fakeai serve` does by itself. */
function gridOf(options: TuneOptions): readonly Weights[] {
  const lists = options.kvOverlapWeight.flatMap((kvOverlapWeight) =>
    options.loadBalanceWeight.flatMap((loadBalanceWeight) =>
      options.routerTemperature.map((routerTemperature) => ({
        kvOverlapWeight,
        loadBalanceWeight,
        routerTemperature,
      })),
    ),
  );
  return [DEFAULT_WEIGHTS, ...lists];
}

function arrivalsOf({ rate, qps }: TuneOptions, trace: LabTrace): Arrivals {
  if (rate !== undefined) return { unit: 'speed-up', value: rate };
  return qps === undefined ? trace.arrivals : { unit: 'qps', value: qps };
}

/** One cell for each seed, to be given weights. */
function baseCells(lab: Lab, options: TuneOptions, arrivals: Arrivals): CellSettings[] {
  const { kvOverlapWeight, loadBalanceWeight, routerTemperature } = DEFAULT_WEIGHTS;
  const oneWeight = {
    kvOverlapWeight: [kvOverlapWeight],
    loadBalanceWeight: [loadBalanceWeight],
    routerTemperature: [routerTemperature],
  };
  return cellsOf({ ...options, ...oneWeight }, lab.trace, [arrivals]);
}

/** Whether the search was over before the user stopped it. */
async function runSearch(
  search: WeightSearch<Candidate>,
  lab: Lab,
  bases: readonly CellSettings[],
): Promise<boolean> {
  for (;;) {
    const points = search.next();
    if (points.length === 0) return true;
    const cells = await lab.run(points.flatMap((w) => bases.map((base) => ({ ...base, ...w }))));
    const tried = points.flatMap((weights, index) => {
      const own = cells.slice(index * bases.length, (index + 1) * bases.length);
      const finished = own.filter((cell) => cell !== undefined);
      return finished.length === own.length ? [candidateOf(weights, finished)] : [];
    });
    search.record(tried);
    if (tried.length < points.length) return false;
  }
}

function candidateOf(weights: Weights, cells: readonly FinishedCell[]): Candidate {
  const mean = (value: (cell: FinishedCell) => number): number => meanOf(cells.map(value));
  return {
    weights,
    cells,
    goodShare: mean(({ result }) => result.goodShare),
    ttftMs: mean(({ result }) => result.latencies.ttftMs.mean ?? Number.POSITIVE_INFINITY),
    hitRate: mean(({ result }) => result.cache.tokenHitRate ?? 0),
    imbalance: mean(({ result }) => result.imbalance.maxOverMean),
  };
}

async function present(
  context: CommandContext,
  options: TuneOptions,
  lab: Lab,
  tuning: Tuning,
): Promise<void> {
  const { weights } = tuning.best;
  context.writeOut(tuneTable(tuning, context));
  context.writeOut(`\n${rangeEndLines(weights)}${environmentLines(weights)}`);
  const path = join(options.out, 'tune.json');
  const common = commonSettings(options, lab.trace);
  await context.writeText(path, [tuneJson(common, options.seeds, tuning)]);
  context.writeOut(`\n${path}\n`);
}
