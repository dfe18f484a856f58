import { join } from 'node:path';
import { EXIT_FAILED } from '../../shared/exit-codes.ts';
import { POLICY_NAMES } from '../../shared/policy-names.ts';
import { type FinishedCell, type Lab, withLab } from '../experiment/lab.ts';
import { type CellSettings, cellsOf } from '../experiment/lab-cell.ts';
import { commonSettings } from '../experiment/lab-document.ts';
import type { TuneOptions } from '../experiment/lab-options.ts';
import type { Arrivals, LabTrace } from '../experiment/lab-trace.ts';
import { meanOf } from '../experiment/mean.ts';
import { recordedConfig } from '../experiment/recorded-config.ts';
import { decisionNote } from '../experiment/replay-notes.ts';
import { brokenBounds } from '../experiment/service-level.ts';
import type { Terminal } from '../experiment/terminal.ts';
import { writeHeading } from '../experiment/trace-heading.ts';
import {
  DEFAULT_WEIGHTS,
  WEIGHT_RANGES,
  type WeightRange,
  type Weights,
  type WeightTable,
} from '../experiment/weights.ts';
import { wrappedText } from '../experiment/wrapped-text.ts';
import { settingLines, tuneAdvice } from './tune-advice.ts';
import { compare } from './tune-comparison.ts';
import { type Candidate, type Tuning, tuneJson, tuneTable } from './tune-output.ts';
import { chooseWeights, frontOf } from './weight-choice.ts';
import { WeightSearch } from './weight-search.ts';
import { figuresOf, halfOf } from './window-halves.ts';

/** Prompts that share less than this have nothing for the overlap weight to weigh. */
const SHARED_MIN = 0.001;

/** The weights to be tried. */
interface SearchSpace {
  readonly grid: readonly Weights[];
  readonly ranges: WeightTable<WeightRange>;
}

/** Searches the weights, prints them and writes what was tried. Resolves to the exit code. */
export function runTune(terminal: Terminal, options: TuneOptions): Promise<number> {
  return withLab(terminal, options, (lab) => tune(terminal, options, lab));
}

/** Likewise. When the user stops it, what has been tried so far is printed and written. */
export async function tune(terminal: Terminal, options: TuneOptions, lab: Lab): Promise<number> {
  const { trace } = lab;
  const arrivals = arrivalsOf(options, trace);
  writeHeading(terminal, trace, options, [arrivals]);
  const bases = baseCells(lab, options, arrivals);
  const [bound] = await lab.bounds(bases.slice(0, 1));
  const hasSharing = bound === undefined || bound.tokenHitRate >= SHARED_MIN;
  const { grid, ranges } = searchSpace(options, hasSharing);
  const search = new WeightSearch<Candidate>(grid, ranges);
  const others = otherPolicies(options);
  const replaysMax = (search.candidatesMax + others.length) * options.seeds.length;
  const plan =
    'Which weights of smart keep the service level for most requests: at most ' +
    `${search.candidatesMax} are tried, and the ${others.length} other policies, in ${replaysMax} replays.`;
  terminal.writeOut(`${wrappedText(plan, terminal.columns)}\n`);
  const isSearched = await runSearch(search, lab, bases);
  const best = chooseWeights(search.candidates);
  let isComplete = isSearched;
  if (best !== undefined) {
    const { candidates } = search;
    const policies = isSearched
      ? await lab.run(others.flatMap((policy) => bases.map((base) => ({ ...base, policy }))))
      : [];
    isComplete = isSearched && !policies.includes(undefined);
    const ended = policies.filter((cell) => cell !== undefined);
    const base = candidates.find(({ weights }) => weights === DEFAULT_WEIGHTS);
    const tuning: Tuning = {
      candidates,
      front: frontOf(candidates),
      best,
      comparisons: [
        ...(base === undefined ? [] : [compare('default', best.cells, base.cells)]),
        ...others
          .map(
            (policy) => [policy, ended.filter((cell) => cell.settings.policy === policy)] as const,
          )
          .filter(([, cells]) => cells.length === bases.length)
          .map(([policy, cells]) => compare(policy, best.cells, cells)),
      ],
      hasSharing,
      isComplete,
    };
    await present(terminal, options, lab, tuning);
  }
  if (isComplete) return 0;
  terminal.writeError(
    `fakeai: stopped after ${search.candidates.length} of at most ${search.candidatesMax} weights\n`,
  );
  return EXIT_FAILED;
}

/**
 * Every combination of the lists, and what `fakeai serve` does by itself. Without sharing the
 * overlap weight keeps its default.
 */
function searchSpace(options: TuneOptions, hasSharing: boolean): SearchSpace {
  const overlap = DEFAULT_WEIGHTS.kvOverlapWeight;
  const overlapWeights = hasSharing ? options.kvOverlapWeight : [overlap];
  const lists = overlapWeights.flatMap((kvOverlapWeight) =>
    options.loadBalanceWeight.flatMap((loadBalanceWeight) =>
      options.routerTemperature.map((routerTemperature) => ({
        kvOverlapWeight,
        loadBalanceWeight,
        routerTemperature,
      })),
    ),
  );
  return {
    grid: [DEFAULT_WEIGHTS, ...lists],
    ranges: hasSharing
      ? WEIGHT_RANGES
      : { ...WEIGHT_RANGES, kvOverlapWeight: { min: overlap, max: overlap } },
  };
}

function arrivalsOf({ rate, qps }: TuneOptions, trace: LabTrace): Arrivals {
  if (rate !== undefined) return { unit: 'speed-up', value: rate };
  return qps === undefined ? trace.arrivals : { unit: 'qps', value: qps };
}

/** All but the one whose weights are searched. */
function otherPolicies({ ownPolicy }: TuneOptions): string[] {
  const others: string[] = POLICY_NAMES.filter((policy) => policy !== 'smart');
  return ownPolicy === undefined ? others : [...others, ownPolicy.name];
}

/** One cell for each seed, to be given weights. */
function baseCells(lab: Lab, options: TuneOptions, arrivals: Arrivals): CellSettings[] {
  const { kvOverlapWeight, loadBalanceWeight, routerTemperature } = DEFAULT_WEIGHTS;
  const { ownPolicy: _, ...others } = options;
  const oneWeight = {
    kvOverlapWeight: [kvOverlapWeight],
    loadBalanceWeight: [loadBalanceWeight],
    routerTemperature: [routerTemperature],
  };
  return cellsOf({ ...others, ...oneWeight }, lab.trace, [arrivals]);
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
      return finished.length === own.length ? [candidateOf(lab, weights, finished)] : [];
    });
    search.record(tried);
    if (tried.length < points.length) return false;
  }
}

/** What a choice goes by is of one half of the windows, but for what a window cannot tell. */
function candidateOf(lab: Lab, weights: Weights, cells: readonly FinishedCell[]): Candidate {
  const halves = cells.map(({ result }) => figuresOf(halfOf(result.windows, 'choosing')));
  return {
    weights,
    cells,
    goodShare: meanOf(halves.map(({ goodShare }) => goodShare)),
    ttftMs: meanOf(halves.map(({ ttftMs }) => ttftMs)),
    hitRate: meanOf(halves.map(({ hitRate }) => hitRate)),
    imbalance: meanOf(cells.map(({ result }) => result.imbalance.maxOverMean)),
    brokenBounds: meanOf(cells.map(({ result }) => brokenBounds(lab.options.slo, result).length)),
  };
}

async function present(
  terminal: Terminal,
  options: TuneOptions,
  lab: Lab,
  tuning: Tuning,
): Promise<void> {
  terminal.writeOut(`${tuneTable(tuning, options.slo, terminal)}\n`);
  const notes = decisionNote(tuning.comparisons.flatMap(({ cells }) => cells));
  for (const paragraph of [...tuneAdvice(tuning), ...notes]) {
    terminal.writeOut(wrappedText(paragraph, terminal.columns));
  }
  const lines = settingLines(tuning, options.policyModule);
  if (lines.length > 0) terminal.writeOut(`\n${lines.join('\n')}\n`);
  const path = join(options.out, 'tune.json');
  const [chosen] = tuning.best.cells;
  const common = {
    ...commonSettings(options, lab.trace),
    chosenConfig: chosen && recordedConfig(chosen.settings, options, lab.trace),
  };
  await terminal.writeText(path, [tuneJson(common, options.seeds, tuning)]);
  terminal.writeOut(`\n${path}\n`);
}
