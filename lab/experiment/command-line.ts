import { AXIS_ROWS, axisText } from './axes.ts';
import { flagOf } from './axis-options.ts';
import type { LabOptions, ReplayOptions } from './lab-options.ts';
import { serviceLevelFlag } from './service-level.ts';
import { warmUpFlag } from './warm-up.ts';

/**
 * The command line of a replay that gives the same results again. Says the defaults of options too,
 * which may be others in another version, and leaves out what has no part in the results.
 */
export function replayCommandLine(options: ReplayOptions): string {
  const flags: (readonly [string, string])[] = [
    ...requestFlags(options),
    ...axisFlags('Router:', options),
    ...axisFlags('Workers:', options),
    ['kv-bytes-per-token', String(options.kvBytesPerToken)],
    ['seeds', options.seeds.join(',')],
    ...sloFlags(options),
  ];
  const words = flags.map(([name, value]) =>
    value === '' ? `--${name}` : `--${name} ${quoted(value)}`,
  );
  return ['fakeai replay', ...words].join(' ');
}

/** The flags under a heading of the help; without those whose values are derived. */
function axisFlags(group: string, options: LabOptions): (readonly [string, string])[] {
  const lists: Readonly<Record<string, unknown>> = { ...options };
  return AXIS_ROWS.flatMap(([, row]) => {
    if (row.option?.group !== group) return [];
    const values = lists[row.option.key];
    if (!Array.isArray(values)) return [];
    const texts = values.map((value) => axisText(row, value));
    return [[flagOf(row.option.key), texts.join(',')] as const];
  });
}

function requestFlags(options: ReplayOptions): (readonly [string, string])[] {
  const {
    trace,
    workload,
    set,
    traceBlockSize,
    skipBad,
    limit,
    warmup,
    prefillOnly,
    spread,
    rate,
    qps,
  } = options;
  const source =
    trace === undefined
      ? [['workload', workload] as const]
      : [['trace', trace] as const, ['trace-block-size', String(traceBlockSize)] as const];
  const given = [
    ...source,
    ...Object.entries(set).map(([name, value]) => ['set', `${name}=${value}`] as const),
    ['rate', rate?.join(',')] as const,
    ['qps', qps?.join(',')] as const,
    ['skip-bad', skipBad ? '' : undefined] as const,
    ['limit', Number.isFinite(limit) ? String(limit) : undefined] as const,
    ['warmup', warmUpFlag(warmup)] as const,
    ['spread', spread ? '' : undefined] as const,
    ['prefill-only', prefillOnly ? '' : undefined] as const,
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** A service level that asks for nothing cannot be said, and is no part of the results either. */
function sloFlags({ slo }: ReplayOptions): (readonly [string, string])[] {
  const flag = serviceLevelFlag(slo);
  return flag === '' ? [] : [['slo', flag]];
}

/** A word for a shell: in quotes if it has a sign that means something there. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
