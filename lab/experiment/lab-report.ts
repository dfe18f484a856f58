import { policyParameters } from '../../engine/router/policies/create-policy.ts';
import { isPolicyName } from '../../shared/policy-names.ts';
import { rounded } from '../report/figure-text.ts';
import type { ReportCell, ReportData } from '../report/report-data.ts';
import { AXIS_ROWS } from './axes.ts';
import type { AnyAxis } from './axis.ts';
import { PROGRAM } from './build-info.ts';
import { replayCommandLine } from './command-line.ts';
import type { CellSettings } from './lab-cell.ts';
import { commonSettings, type LabCell } from './lab-document.ts';
import type { ReplayOptions } from './lab-options.ts';
import type { LabTrace } from './lab-trace.ts';

/** What is compared: what was asked for, the requests, and the hash of the results. */
export interface ReportSource {
  readonly version: string;
  readonly options: ReplayOptions;
  readonly trace: LabTrace;
  readonly hash: string;
}

/** Names of values of the fleet, and of the router, as a reader would say them. */
const VARIANTS = variantsOf('fleet');
const WEIGHTS = variantsOf('router');

/** Multiples of a rate that show where a policy's capacity is, if it is near. */
const SWEEP = [0.5, 1, 1.5, 2];

/** What a report says of the settings of a level. */
function variantsOf(level: AnyAxis['level']): readonly ((settings: CellSettings) => string)[] {
  return AXIS_ROWS.flatMap(([name, { variant, ...row }]) =>
    variant === undefined || row.level !== level
      ? []
      : (settings: CellSettings) => variant(settings[name]),
  );
}

/** The results of a grid as its report takes them. */
export function labReport(source: ReportSource, cells: readonly LabCell[]): ReportData {
  const { version, options, trace, hash } = source;
  const variants = swept(VARIANTS, cells);
  const weights = swept(WEIGHTS, cells);
  return {
    title: trace.name,
    version,
    command: replayCommandLine(options),
    sweepCommand: replayCommandLine(sweptOptions(options, trace)),
    resultsHash: hash,
    config: {
      ...commonSettings(options, trace),
      ...axes(cells),
      ...coefficients(cells),
      commit: PROGRAM.commit,
    },
    rateUnit: cells[0]?.settings.arrivals.unit === 'qps' ? 'req/s' : '×',
    serviceLevel: options.slo,
    cells: cells.map(({ settings, result, bound, wallSeconds }): ReportCell => {
      const { policy, arrivals, seed } = settings;
      // Only smart has weights, so only there do they tell one policy from another.
      const own = policy === 'smart' ? weights.map((text) => text(settings)) : [];
      return {
        policy: own.length > 0 ? `${policy} (${own.join(', ')})` : policy,
        variant: variants.map((text) => text(settings)).join(', '),
        rate: arrivals.value,
        seed,
        result,
        bound,
        wallSeconds,
      };
    }),
  };
}

/** The same replays at several rates: at those asked for, or around the one. */
function sweptOptions(options: ReplayOptions, { sweep }: LabTrace): ReplayOptions {
  const { rate, qps } = options;
  if (qps !== undefined) return { ...options, qps: around(qps) };
  return { ...options, rate: around(rate ?? sweep.map(({ value }) => value)) };
}

function around(rates: readonly number[]): readonly number[] {
  if (rates.length !== 1) return rates;
  return SWEEP.flatMap((factor) => rates.map((rate) => rounded(factor * rate, 6)));
}

/** Those texts that are not the same for all cells. */
function swept(
  texts: readonly ((settings: CellSettings) => string)[],
  cells: readonly LabCell[],
): readonly ((settings: CellSettings) => string)[] {
  return texts.filter((text) => new Set(cells.map(({ settings }) => text(settings))).size > 1);
}

/** The coefficients behind names: of each latency profile, and of each policy that has any. */
function coefficients(cells: readonly LabCell[]): Record<string, object> {
  const latency = cells.map(({ settings: { profile } }) => [profile.name, profile.latency]);
  const policies = cells
    .map(({ settings: { policy } }) => policy)
    .filter(isPolicyName)
    .map((policy) => [policy, policyParameters(policy)]);
  return {
    latency: Object.fromEntries(latency),
    policyParameters: Object.fromEntries(policies),
  };
}

/** Every setting with all of its values. */
function axes(cells: readonly LabCell[]): Record<string, string> {
  const values = new Map<string, Set<string>>();
  for (const { settings } of cells) {
    for (const [name, value] of Object.entries({
      ...settings,
      profile: settings.profile.name,
      arrivals: `${settings.arrivals.value} ${settings.arrivals.unit}`,
    })) {
      values.set(name, (values.get(name) ?? new Set()).add(String(value)));
    }
  }
  return Object.fromEntries([...values].map(([name, set]) => [name, [...set].join(', ')]));
}
