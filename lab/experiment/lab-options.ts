import { type Command, Option } from 'commander';
import type { PolicySource } from '../../engine/router/policy-source.ts';
import type { AxisLists } from './axes.ts';
import { type AxisDefaults, axisOptions } from './axis-options.ts';
import type { TraceOptions } from './lab-trace.ts';
import { assignment, integersIn, numberIn } from './option-values.ts';
import { type LabServiceLevel, serviceLevel } from './service-level.ts';
import { type WarmUp, warmUp } from './warm-up.ts';
import type { WeightRange, WeightTable } from './weights.ts';

/** What the lab's commands share. The lists are those of `AXES`. */
export interface LabOptions extends AxisLists {
  readonly trace?: string;
  readonly workload?: string;
  readonly set: Readonly<Record<string, number>>;
  readonly traceBlockSize: number;
  readonly skipBad: boolean;
  readonly limit: number;
  readonly spread: boolean;
  readonly warmup: WarmUp;
  readonly prefillOnly: boolean;
  readonly kvBytesPerToken: number;
  readonly slo: LabServiceLevel;
  /** The file of a policy of the user's own, compared with the others. */
  readonly policyModule?: string;
  /** What that file says; whoever reads files sets it. */
  readonly ownPolicy?: PolicySource;
  readonly seeds: readonly number[];
  readonly threads: number;
  readonly out: string;
}

/** What `fakeai replay` is asked for. */
export interface ReplayOptions extends LabOptions {
  readonly rate?: readonly number[];
  readonly qps?: readonly number[];
  readonly records: boolean;
}

/** What `fakeai capacity` is asked for. */
export interface CapacityOptions extends LabOptions {
  /** Percent of the requests that must keep the service level. */
  readonly share: number;
  /** Percent within which the capacity is wanted. */
  readonly precision: number;
}

/** What `fakeai tune` is asked for: one fleet. The lists of weights are where its search begins. */
export interface TuneOptions extends LabOptions {
  readonly rate?: number;
  readonly qps?: number;
}

/** What `fakeai analyze` is asked for. */
export interface AnalyzeOptions extends TraceOptions {
  /** Speed-up of the arrivals, unless `qps` is given. */
  readonly rate: number;
  readonly qps?: number;
  readonly seed: number;
  /** The trace's own unless given. */
  readonly blockSize?: readonly number[];
  /** A folder, or `-` for the standard output. */
  readonly out: string;
}

/** What the options of one command are when they are not given. */
export interface LabDefaults {
  /** Settings of the fleet take one value, not a list. */
  readonly isOneFleet?: boolean;
  /** Values that are accepted for weights. */
  readonly weights?: WeightTable<WeightRange>;
  /** Of axes, where they are this command's own; without `policies` it has no such option. */
  readonly fallbacks: AxisDefaults['fallbacks'];
  readonly seeds: string;
  /** Of a file, where they change next to nothing unless they spread its arrivals. */
  readonly fileSeeds?: string;
  readonly out: string;
  readonly threads: number;
}

const REQUESTS_MAX = 1e9;

/** Weights for experiments: `fakeai serve` takes fewer. */
const ANY_WEIGHT: WeightRange = { min: 0, max: 1000 };
const ANY_WEIGHTS: WeightTable<WeightRange> = {
  kvOverlapWeight: ANY_WEIGHT,
  loadBalanceWeight: ANY_WEIGHT,
  routerTemperature: ANY_WEIGHT,
};

/** Gives `command` the options that the lab's commands share. */
export function addLabOptions(command: Command, defaults: LabDefaults): void {
  const { isOneFleet = false, weights = ANY_WEIGHTS, fallbacks } = defaults;
  const axes = (group: string) => axisOptions(group, { isOneFleet, weights, fallbacks });
  const groups: readonly (readonly [string, readonly Option[]])[] = [
    ['Requests:', requestOptions(defaults)],
    ['Router:', [...axes('Router:'), policyModuleOption()]],
    ['Workers:', [...axes('Workers:'), kvBytesOption()]],
    ['Measurement:', measurementOptions(defaults)],
  ];
  for (const [group, options] of groups) {
    for (const option of options) command.addOption(option.helpGroup(group));
  }
}

/** An option with a parsed default, which the help shows as the user would write it. */
export function option<Value>(
  flags: string,
  help: string,
  parse: (text: string) => Value,
  fallback: string,
): Option {
  return new Option(flags, help).argParser(parse).default(parse(fallback), fallback);
}

/**
 * Which requests a command takes. Without `defaults` it has no list of seeds that hangs on where
 * they come from.
 */
export function sourceOptions(defaults?: LabDefaults): readonly Option[] {
  const { seeds, fileSeeds = seeds } = defaults ?? {};
  const impliedSeeds = (list: string | undefined) =>
    list === undefined ? {} : { seeds: seedList(list) };
  return [
    new Option(
      '--trace <file>',
      'requests from a file, plain or gzip, or from a pipe with -: Mooncake JSONL, Azure CSV or a ' +
        'fakeai recording',
    )
      .conflicts('workload')
      .implies(impliedSeeds(fileSeeds)),
    new Option(
      '--workload <name>',
      'requests from a generator: conversation, shared-prefix, multi-turn, agentic or lengths, or ' +
        'with a preset, such as shared-prefix:llm-d (default: conversation)',
    ),
    new Option('--set <name=value>', 'a parameter of the workload; may be repeated')
      .argParser(assignment)
      .default({}, 'none')
      .conflicts('trace'),
    option(
      '--trace-block-size <tokens>',
      'tokens per id in the hash_ids of a Mooncake trace',
      numberIn({ min: 1, max: 1e6, integer: true }),
      '512',
    ),
    new Option(
      '--skip-bad',
      'leave out lines of the trace that make no sense, and say how many, instead of ending there',
    )
      .default(false, 'off')
      .conflicts('workload'),
    new Option('--no-skip-bad').hideHelp(),
    new Option('--limit <requests>', 'end after this many requests')
      .argParser(numberIn({ min: 1, max: REQUESTS_MAX, integer: true }))
      .default(Number.POSITIVE_INFINITY, 'all'),
    new Option(
      '--spread',
      'spread requests whose times are rounded, so that many arrive together, evenly over the time ' +
        'that they are rounded to',
    )
      .default(false, 'off')
      .implies(impliedSeeds(seeds)),
    new Option('--no-spread').hideHelp(),
  ];
}

function requestOptions(defaults: LabDefaults): readonly Option[] {
  return [
    ...sourceOptions(defaults),
    option(
      '--warmup <requests>',
      'leave the first requests, a number or a share of all, out of the statistics: a replay begins ' +
        'with empty caches',
      warmUp,
      '10%',
    ),
    new Option(
      '--prefill-only',
      'end every answer with its first token: the prefill side of a disaggregated cluster',
    ).default(false, 'off'),
    new Option('--no-prefill-only').hideHelp(),
  ];
}

function policyModuleOption(): Option {
  return new Option(
    '--policy-module <file>',
    'a policy of your own in TypeScript or JavaScript, compared with the others: docs/router.md',
  );
}

function kvBytesOption(): Option {
  return option(
    '--kv-bytes-per-token <bytes>',
    'size of the keys and values of a token, for --remote-fetch',
    numberIn({ min: 1, max: 1e9 }),
    '327680',
  );
}

const seedList = integersIn({ min: 0, max: 2 ** 32 - 1 });

function seedsText({ seeds, fileSeeds = seeds }: LabDefaults): string {
  return fileSeeds === seeds ? seeds : `${seeds}; ${fileSeeds} for a file without --spread`;
}

function measurementOptions(defaults: LabDefaults): readonly Option[] {
  return [
    option(
      '--slo <bounds>',
      'what a good request keeps: ttft, itl (mean of its answer) and e2e; or what a percentile of all ' +
        'keeps, such as ttft_p90=500ms,itl_p90=30ms (p50, p90, p95, p99)',
      serviceLevel,
      'ttft=2s,itl=25ms',
    ),
    new Option('--seeds <list>', 'seeds of workload, router and latencies, such as 1-3')
      .argParser(seedList)
      .default(seedList(defaults.seeds), seedsText(defaults)),
    option(
      '--threads <count>',
      'replays that run at once',
      numberIn({ min: 1, max: 256, integer: true }),
      String(defaults.threads),
    ),
    new Option('--out <folder>', 'where the results go').default(defaults.out),
  ];
}
