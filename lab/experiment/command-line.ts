import { AXIS_ROWS } from './axes.ts';
import { axisText } from './axis.ts';
import { flagOf } from './axis-options.ts';
import type { AnalyzeOptions, LabOptions, ReplayOptions } from './lab-options.ts';
import type { TraceOptions } from './lab-trace.ts';
import { serviceLevelFlag } from './service-level.ts';
import { warmUpFlag } from './warm-up.ts';

/**
 * The command line of a replay that gives the same results again. Says the defaults of options too,
 * which may be others in another version, and leaves out what has no part in the results.
 */
export function replayCommandLine(options: ReplayOptions): string {
  const { rate, qps, warmup, prefillOnly, ownPolicy } = options;
  return commandLine('replay', [
    ...requestFlags(options, {
      rate: rate?.join(','),
      qps: qps?.join(','),
      warmup: warmUpFlag(warmup),
      prefillOnly,
    }),
    ...axisFlags('Router:', options),
    ...(ownPolicy === undefined ? [] : [['policy-module', ownPolicy.file] as const]),
    ...axisFlags('Workers:', options),
    ['kv-bytes-per-token', String(options.kvBytesPerToken)],
    ['seeds', options.seeds.join(',')],
    ...sloFlags(options),
  ]);
}

/** Likewise, of an analysis. */
export function analyzeCommandLine(options: AnalyzeOptions): string {
  const { rate, qps, seed, blockSize } = options;
  return commandLine('analyze', [
    ...requestFlags(options, qps === undefined ? { rate: String(rate) } : { qps: String(qps) }),
    ['seed', String(seed)],
    ...(blockSize === undefined ? [] : [['block-size', blockSize.join(',')] as const]),
  ]);
}

type Flag = readonly [name: string, value: string];

function commandLine(command: string, flags: readonly Flag[]): string {
  const words = flags.map(([name, value]) =>
    value === '' ? `--${name}` : `--${name} ${quoted(value)}`,
  );
  return [`fakeai ${command}`, ...words].join(' ');
}

/** The flags under a heading of the help; without those whose values are derived. */
function axisFlags(group: string, options: LabOptions): Flag[] {
  const lists: Readonly<Record<string, unknown>> = { ...options };
  return AXIS_ROWS.flatMap(([, row]) => {
    if (row.option?.group !== group) return [];
    const values = lists[row.option.key];
    if (!Array.isArray(values)) return [];
    const texts = values.map((value) => axisText(row, value));
    return [[flagOf(row.option.key), texts.join(',')] as const];
  });
}

/** What comes between the flags that say which requests, undefined where it is not given. */
interface OwnFlags {
  readonly rate?: string | undefined;
  readonly qps?: string | undefined;
  readonly warmup?: string;
  readonly prefillOnly?: boolean;
}

function requestFlags(options: TraceOptions, own: OwnFlags): Flag[] {
  const { trace, workload, set, traceBlockSize, skipBad, limit, spread } = options;
  const source =
    trace === undefined
      ? [['workload', workload] as const]
      : [['trace', trace] as const, ['trace-block-size', String(traceBlockSize)] as const];
  const given = [
    ...source,
    ...Object.entries(set).map(([name, value]) => ['set', `${name}=${value}`] as const),
    ['rate', own.rate] as const,
    ['qps', own.qps] as const,
    ['skip-bad', skipBad === true ? '' : undefined] as const,
    ['limit', Number.isFinite(limit) ? String(limit) : undefined] as const,
    ['warmup', own.warmup] as const,
    ['spread', spread === true ? '' : undefined] as const,
    ['prefill-only', own.prefillOnly === true ? '' : undefined] as const,
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** A service level that asks for nothing cannot be said, and is no part of the results either. */
function sloFlags({ slo }: ReplayOptions): Flag[] {
  const flag = serviceLevelFlag(slo);
  return flag === '' ? [] : [['slo', flag]];
}

/** A word for a shell: in quotes if it has a sign that means something there. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
