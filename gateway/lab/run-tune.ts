import { join } from 'node:path';
import { KV_CACHE, ROUTER } from '../../shared/config/engine-settings.ts';
import type { NumberSetting } from '../../shared/config/setting.ts';
import {
  type CommandContext,
  EXIT_FAILED,
  EXIT_MISCONFIGURED,
} from '../commands/command-context.ts';
import { meanOf } from './cell-groups.ts';
import { type FinishedCell, type Lab, withLab } from './lab.ts';
import { type CellSettings, cellsOf } from './lab-cell.ts';
import { commonSettings } from './lab-document.ts';
import type { TuneOptions } from './lab-options.ts';
import { paretoFront } from './pareto.ts';
import {
  type Candidate,
  DEFAULT_WEIGHTS,
  environmentLines,
  tuneJson,
  tuneTable,
} from './tune-output.ts';
import { type WeightRange, WeightSearch, type Weights } from './weight-search.ts';

/** What `fakeai serve` takes, so that its settings can be what is found here. */
const RANGES: Readonly<Record<keyof Weights, WeightRange>> = {
  kvOverlapWeight: rangeOf(KV_CACHE.kvOverlapWeight, 0.25),
  loadBalanceWeight: rangeOf(KV_CACHE.loadBalanceWeight, 0.5),
  routerTemperature: rangeOf(ROUTER.routerTemperature, 0.1),
};

function rangeOf({ range }: NumberSetting, step: number): WeightRange {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
  return { min, max, step };
}

/** Searches the weights, prints them and writes what was tried. Resolves to the exit code. */
export function runTune(context: CommandContext, options: TuneOptions): Promise<number> {
  return withLab(context, options, async (lab) => {
    const bases = baseCells(lab, options);
    if (bases === undefined) {
      const reason = 'tune finds the weights of one fleet: only weights and seeds may be lists';
      context.writeError(`fakeai: ${reason}, and smart is the only policy with weights\n`);
      return EXIT_MISCONFIGURED;
    }
    const { trace } = lab;
    context.writeOut(
      `${trace.name}: ${trace.requests.toLocaleString('en')} requests; the weights of smart with ` +
        'which most of them keep the service level\n\n',
    );
    const { candidates, best } = await search(lab, bases, options);
    if (best === undefined) {
      context.writeError('fakeai: stopped before the search was over\n');
      return EXIT_FAILED;
    }
    const front = paretoFront(candidates, ({ goodShare, hitRate, imbalance }) => [
      goodShare,
      hitRate,
      -imbalance,
    ]);
    const tuning = { candidates, front, best };
    context.writeOut(tuneTable(tuning, context.colours));
    const path = join(options.out, 'tune.json');
    const common = commonSettings(options, trace);
    await context.writeText(path, [tuneJson(common, options.seeds, tuning)]);
    context.writeOut(`\n${environmentLines(best.weights)}\n${path}\n`);
    return 0;
  });
}

/** One cell for each seed; undefined when the options describe more than one fleet. */
function baseCells(lab: Lab, options: TuneOptions): CellSettings[] | undefined {
  const { rate, qps } = options;
  let { arrivals } = lab.trace;
  if (rate !== undefined) arrivals = { unit: 'speed-up', value: rate };
  if (qps !== undefined) arrivals = { unit: 'qps', value: qps };
  const cells = cellsOf(options, lab.trace, [arrivals]);
  const bases = cells.filter(
    (cell) =>
      cell.kvOverlapWeight === options.kvOverlapWeight[0] &&
      cell.loadBalanceWeight === options.loadBalanceWeight[0] &&
      cell.routerTemperature === options.routerTemperature[0],
  );
  const isOneFleet = bases.length === options.seeds.length && bases[0]?.policy === 'smart';
  return isOneFleet ? bases : undefined;
}

async function search(
  lab: Lab,
  bases: readonly CellSettings[],
  options: TuneOptions,
): Promise<{ readonly candidates: readonly Candidate[]; readonly best: Candidate | undefined }> {
  const grid = options.kvOverlapWeight.flatMap((kvOverlapWeight) =>
    options.loadBalanceWeight.flatMap((loadBalanceWeight) =>
      options.routerTemperature.map((routerTemperature) => ({
        kvOverlapWeight,
        loadBalanceWeight,
        routerTemperature,
      })),
    ),
  );
  const weightSearch = new WeightSearch([DEFAULT_WEIGHTS, ...grid], RANGES);
  const candidates: Candidate[] = [];
  for (;;) {
    const points = weightSearch.next();
    if (points.length === 0) break;
    const cells = await lab.run(points.flatMap((w) => bases.map((base) => ({ ...base, ...w }))));
    if (lab.interrupted) return { candidates, best: undefined };
    const tried = points.map((weights, index) =>
      candidateOf(weights, cells.slice(index * bases.length, (index + 1) * bases.length)),
    );
    weightSearch.record(tried);
    candidates.push(...tried);
  }
  const { best } = weightSearch;
  return { candidates, best: candidates.find(({ weights }) => weights === best) };
}

function candidateOf(weights: Weights, cells: readonly FinishedCell[]): Candidate {
  const mean = (value: (cell: FinishedCell) => number | null): number =>
    meanOf(cells.map((cell) => value(cell) ?? 0));
  return {
    weights,
    cells,
    goodShare: mean(({ result }) => result.goodShare),
    ttftMs: mean(({ result }) => result.latencies.ttftMs.mean),
    hitRate: mean(({ result }) => result.cache.tokenHitRate),
    imbalance: mean(({ result }) => result.imbalance.maxOverMean),
  };
}
