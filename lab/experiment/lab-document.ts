import { createHash } from 'node:crypto';
import type { DecisionTime } from '../../engine/router/decision-times.ts';
import type { HitBound } from '../measure/hit-bound.ts';
import type { ReplayResult } from '../measure/replay-result.ts';
import { PROGRAM } from './build-info.ts';
import type { CellSettings } from './lab-cell.ts';
import type { LabOptions } from './lab-options.ts';
import type { LabTrace } from './lab-trace.ts';
import { recordedConfig, recordedModule } from './recorded-config.ts';
import { boundName } from './service-level.ts';
import { warmUpRequests } from './warm-up.ts';

/** One replay of a grid and what came of it. */
export interface LabCell {
  readonly settings: CellSettings;
  readonly result: ReplayResult;
  /** What no policy can exceed; undefined where it was not asked for. */
  readonly bound: HitBound | undefined;
  /** Time of the simulation on its thread. Not part of any hash. */
  readonly wallSeconds: number;
  /** How long its decisions took, where its policy is the user's own. Not part of any hash. */
  readonly decisionTime?: DecisionTime;
  /** Its thread had run no replay before: some of the time went into compiling the code. */
  readonly isFirstOfThread: boolean;
}

/** Settings that all replays of a command share, for the record. */
export function commonSettings(options: LabOptions, trace: LabTrace): object {
  const { limit, warmup, prefillOnly, slo, kvBytesPerToken, ownPolicy } = options;
  return {
    trace: trace.description,
    limit: Number.isFinite(limit) ? limit : null,
    warmup: warmUpRequests(warmup, trace.requests),
    prefillOnly,
    sloMs: {
      ttft: ms(slo.ttftUs),
      itl: ms(slo.itlUs),
      e2e: ms(slo.e2eUs),
      ...Object.fromEntries(slo.percentiles.map((bound) => [boundName(bound), ms(bound.us)])),
    },
    kvBytesPerToken,
    ...(ownPolicy === undefined
      ? {}
      : { policyModule: { name: ownPolicy.name, ...recordedModule(ownPolicy) } }),
  };
}

/** First 16 hexadecimal digits of the SHA-256 of what `value` is as JSON. */
function hashOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

export interface HashedDocument {
  /** Covers settings, bounds and results, but not the time that they took. */
  readonly hash: string;
  readonly json: string;
}

/**
 * The results as JSON that is the same, byte for byte, for the same requests, settings and seeds,
 * whatever machine and however many threads; only `timing` differs, and `program` in another build.
 */
export function resultsDocument(
  options: LabOptions,
  trace: LabTrace,
  cells: readonly LabCell[],
): HashedDocument {
  const results = {
    fakeaiReplay: 1,
    common: commonSettings(options, trace),
    cells: cells.map(({ settings, result, bound }) => {
      const config = recordedConfig(settings, options, trace);
      const cell = { settings: plainSettings(settings), config, bound: bound ?? null, result };
      return { hash: hashOf(cell), ...cell };
    }),
  };
  const timing = cells.map(({ result, wallSeconds, isFirstOfThread, decisionTime }) => ({
    wallSeconds,
    timesRealTime: result.seconds / wallSeconds,
    isFirstOfThread,
    decisionTime,
  }));
  return withHash(results, { timing });
}

/**
 * `covered` as JSON with its hash in front, and behind it what the hash does not cover: the program
 * that this is, and `others`.
 */
export function withHash(covered: object, others: object = {}): HashedDocument {
  const hash = hashOf(covered);
  return { hash, json: `${JSON.stringify({ hash, ...covered, program: PROGRAM, ...others })}\n` };
}

/** The settings as they are asked for on the command line. */
export function plainSettings({ arrivals, profile, ...rest }: AnySettings): object {
  return {
    ...rest,
    profile: profile.name,
    ...(arrivals === undefined
      ? {}
      : { [arrivals.unit === 'qps' ? 'qps' : 'rate']: arrivals.value }),
  };
}

/** The settings of a cell, or of many that differ in their rate and seed. */
type AnySettings = Omit<CellSettings, 'arrivals' | 'seed'> &
  Partial<Pick<CellSettings, 'arrivals' | 'seed'>>;

function ms(us: number): number | null {
  return Number.isFinite(us) ? us / 1000 : null;
}
