import { buildConfig, type ConfigChange } from '../simulate/build-config.ts';
import type { ReplayConfig } from '../simulate/replay-config.ts';
import { AXIS_ROWS, type AxisValues } from './axes.ts';
import { LEVELS } from './axis.ts';
import type { LabOptions } from './lab-options.ts';
import type { Arrivals, LabTrace } from './lab-trace.ts';
import { warmUpRequests } from './warm-up.ts';

/** What makes one replay of a grid different from the others. */
export interface CellSettings extends AxisValues {
  readonly seed: number;
}

/** Values or lists of them by the names of settings. */
type Partly = Readonly<Partial<Record<string, unknown>>>;

/**
 * All combinations, from the slowest swept to the fastest and then in the order of the axes; seeds
 * of the same setting are next to each other.
 */
export function cellsOf(
  options: LabOptions,
  trace: LabTrace,
  arrivals: readonly Arrivals[],
): CellSettings[] {
  const own = options.ownPolicy === undefined ? [] : [options.ownPolicy.name];
  const lists: Partly = { ...options, arrivals, policies: [...options.policies, ...own] };
  let cells: Partly[] = [{}];
  for (const [name, { option, level, derived }] of GRID) {
    const given = lists[option?.key ?? name];
    cells = cells.flatMap((cell) => {
      const { policy, blockSize = trace.blockSize } = cell;
      const all = Array.isArray(given) ? given : [derived?.(Number(blockSize))];
      // Weights and temperature are those of `smart`: another policy needs one combination.
      const isOfSmart = level === 'router' && name !== 'policy';
      const values = isOfSmart && policy !== 'smart' ? all.slice(0, 1) : all;
      return values.map((value) => ({ ...cell, [name]: value }));
    });
  }
  return cells.flatMap((cell) => options.seeds.map((seed) => ({ ...cell, seed }))).filter(isWhole);
}

function isWhole(cell: Partly): cell is Partly & CellSettings {
  return AXIS_ROWS.every(([name]) => cell[name] !== undefined);
}

const GRID = LEVELS.flatMap((level) => AXIS_ROWS.filter(([, row]) => row.level === level));

/** The configuration of the replay of one cell. */
export function replayConfig(
  cell: CellSettings,
  options: LabOptions,
  trace: LabTrace,
): ReplayConfig {
  const { trace: spec, rate } = trace.open(cell.seed, cell.arrivals);
  const { limit, warmup, prefillOnly, slo } = options;
  const changes = AXIS_ROWS.map(
    ([name, { change }]): ConfigChange => change?.(cell[name], options) ?? {},
  );
  return buildConfig(
    {
      trace: spec,
      window: {
        rate,
        limit,
        warmupRequests: warmUpRequests(warmup, trace.requests),
        prefillOnly,
      },
      serviceLevel: { ttftUs: slo.ttftUs, itlUs: slo.itlUs, e2eUs: slo.e2eUs },
    },
    cell.seed,
    changes,
  );
}
