import { basename } from 'node:path';
import { openTrace } from '../simulate/replay.ts';
import type { TraceSpec } from '../simulate/replay-config.ts';
import { arrivalQuantum, spreadArrivals } from '../traces/arrival-quantum.ts';
import { WorkloadError } from '../workloads/parameters.ts';
import { resolveWorkload } from '../workloads/workloads.ts';
import { OptionsError } from './lab-errors.ts';
import type { Terminal } from './terminal.ts';
import { type OpenedTrace, openTraceFile, type TraceFileOptions } from './trace-file.ts';
import { type TraceShape, traceShape } from './trace-shape.ts';

/** Tokens per KV block where a trace has no blocks: the most that `fakeai serve` takes. */
const DEFAULT_BLOCK_SIZE = 128;
/** Those of the trace that the conversation workload is modelled on. */
const CONVERSATION_BLOCK_SIZE = 512;

/**
 * Speed-ups of the scenario that is replayed when none is asked for: its hour at 10, 17 and 24
 * requests a second, of which eight workers keep up with the first, and just so with the second.
 */
const DEFAULT_SPEED_UPS = [3, 5, 7];
const DEFAULT_SPEED_UP = 5;

/** A longer workload is described, and its rate changed, by what its first requests are like. */
const SHAPE_REQUESTS_MAX = 200_000;

/** How fast requests arrive: a speed-up of the trace's own times, or requests per second. */
export interface Arrivals {
  readonly unit: 'speed-up' | 'qps';
  readonly value: number;
}

/** Requests that arrive together because their times are rounded. */
export interface TraceQuantum {
  readonly seconds: number;
  readonly perMoment: number;
  /** Whether the replays spread them over that time. */
  readonly isSpread: boolean;
}

/** The requests of all replays of a command. */
export interface LabTrace {
  readonly name: string;
  /** What was not taken as it stands in the file, in sentences. */
  readonly notes: readonly string[];
  /** What the file or the generator is, for the record. */
  readonly description: object;
  /** Requests of one replay. */
  readonly requests: number;
  /**
   * Tokens per block: of those that a file names, since nothing is known of what is inside them.
   */
  readonly blockSize: number;
  /** Whether a generator makes them, as many as its parameter `requests` says. */
  readonly isGenerated: boolean;
  /** Whether turns wait for answers, so that not the rate alone says when requests arrive. */
  readonly hasWaitingTurns: boolean;
  /** What their times are rounded to; undefined where they are not. */
  readonly quantum: TraceQuantum | undefined;
  /** How fast they arrive when nothing else is asked for. */
  readonly arrivals: Arrivals;
  /** The same where several rates can be compared. */
  readonly sweep: readonly Arrivals[];
  /** What the requests for one seed are by their own clock. */
  shape(seed: number): TraceShape;
  /**
   * What a speed-up of 1 is in requests per second; where turns wait, the rate that sessions begin
   * at makes so many come in the long run. `Infinity` where all arrive at once.
   */
  ownRate(seed: number): number;
  /**
   * The requests for one seed, and the speed-up at which they arrive as asked for: a mean rate is
   * that of all requests, from the first arrival to the last. Throws `WorkloadError` if they have
   * no rate.
   */
  open(seed: number, arrivals: Arrivals): { readonly trace: TraceSpec; readonly rate: number };
}

export interface TraceOptions extends TraceFileOptions {
  readonly trace?: string;
  readonly workload?: string;
  readonly set: Readonly<Record<string, number>>;
  /** Spreads arrivals over what their times are rounded to. */
  readonly spread?: boolean;
}

/**
 * Reads the trace file, see `openTraceFile`, or makes sure that the workload exists. Throws
 * `TraceError`, `WorkloadError`, `FileError`.
 */
export async function loadLabTrace(
  options: TraceOptions,
  terminal: Pick<Terminal, 'openText' | 'writeError'>,
): Promise<LabTrace> {
  const { trace: path } = options;
  if (path === undefined) return workloadTrace(options);
  return tableTrace(path, await openTraceFile(path, options, terminal), options.spread ?? false);
}

function tableTrace(path: string, opened: OpenedTrace, isSpread: boolean): LabTrace {
  const { table, blockTokens = DEFAULT_BLOCK_SIZE, sha256, notes, badLines, emptyAnswers } = opened;
  const name = path === '-' ? 'standard input' : basename(path);
  const quantum = arrivalQuantum(table);
  if (isSpread && quantum === undefined) throw new OptionsError(notRounded(name));
  const given: TraceSpec = { kind: 'table', table };
  const { requests, requestsPerSecond } = shapeOf(given);
  const spread = new Map<number, TraceSpec>();
  const traceOf = (seed: number): TraceSpec => {
    if (!isSpread || quantum === undefined) return given;
    const found: TraceSpec = spread.get(seed) ?? {
      kind: 'table',
      table: spreadArrivals(table, quantum.us, seed),
    };
    spread.set(seed, found);
    return found;
  };
  const shape = (seed: number): TraceShape => shapeOf(traceOf(seed));
  const ownRate = (seed: number): number => shape(seed).requestsPerSecond;
  const spreadSeconds = isSpread ? { spreadSeconds: (quantum?.us ?? 0) / 1e6 } : {};
  return {
    name,
    notes,
    description: {
      file: name,
      sha256,
      blockTokens: opened.blockTokens ?? null,
      requests,
      requestsPerSecond,
      badLines: badLines.count,
      emptyAnswers,
      ...spreadSeconds,
    },
    requests,
    quantum: quantum && { seconds: quantum.us / 1e6, perMoment: quantum.perMoment, isSpread },
    isGenerated: false,
    hasWaitingTurns: table.waits.includes(1),
    blockSize: blockTokens,
    arrivals: speedUp(1),
    sweep: [speedUp(1)],
    shape,
    ownRate,
    open: (seed, arrivals) => ({
      trace: traceOf(seed),
      rate: speedUpOf(arrivals, arrivals.unit === 'qps' ? ownRate(seed) : 1, path),
    }),
  };
}

function notRounded(name: string): string {
  return `--spread: requests of ${name} do not arrive together at regular times; leave it out`;
}

function workloadTrace(options: TraceOptions): LabTrace {
  const { workload = 'conversation', limit, spread: isSpread = false } = options;
  const batched = resolveWorkload({ workload, parameters: options.set, seed: 0 }).batchSeconds ?? 0;
  if (isSpread && batched === 0) throw new OptionsError(notRounded(workload));
  const set = isSpread ? { ...options.set, batchSeconds: 0 } : options.set;
  const isDefault = options.workload === undefined && !('qps' in set);
  const parameters = resolveWorkload({ workload, parameters: set, seed: 0 });
  const { requests = 0, qps = 0 } = parameters;
  const hasWaitingTurns = 'thinkSeconds' in parameters;
  const specOf = (seed: number, values: Readonly<Record<string, number>>): TraceSpec => ({
    kind: 'workload',
    spec: { workload, parameters: values, seed },
  });
  // Where all start at once there are no times to stretch: a rate is given before it is changed.
  const spaced = qps === 0 ? { ...set, qps: 1 } : set;
  const shapes = new Map<number, TraceShape>();
  const spacedShape = (seed: number): TraceShape => {
    const shape = shapes.get(seed) ?? shapeOf(specOf(seed, spaced), limit);
    shapes.set(seed, shape);
    return shape;
  };
  const spacedRate = (seed: number): number =>
    hasWaitingTurns ? qps || 1 : spacedShape(seed).requestsPerSecond;
  return {
    name: workload,
    notes: [],
    description: { workload, parameters },
    requests: Math.min(limit, requests),
    quantum:
      batched === 0
        ? undefined
        : { seconds: batched, perMoment: Math.max(1, qps * batched), isSpread },
    isGenerated: limit >= requests,
    hasWaitingTurns,
    blockSize: workload === 'conversation' ? CONVERSATION_BLOCK_SIZE : DEFAULT_BLOCK_SIZE,
    arrivals: speedUp(isDefault ? DEFAULT_SPEED_UP : 1),
    sweep: (isDefault ? DEFAULT_SPEED_UPS : [1]).map(speedUp),
    shape: (seed) => (qps === 0 ? shapeOf(specOf(seed, set), limit) : spacedShape(seed)),
    ownRate: (seed) => (qps === 0 ? Number.POSITIVE_INFINITY : spacedRate(seed)),
    open: (seed, arrivals) =>
      arrivals.unit === 'speed-up'
        ? { trace: specOf(seed, set), rate: arrivals.value }
        : { trace: specOf(seed, spaced), rate: speedUpOf(arrivals, spacedRate(seed), workload) },
  };
}

function shapeOf(trace: TraceSpec, limit = Number.POSITIVE_INFINITY): TraceShape {
  const most = trace.kind === 'table' ? limit : Math.min(limit, SHAPE_REQUESTS_MAX);
  return traceShape(openTrace(trace, { rate: 1, limit: most }));
}

/** The speed-up that `arrivals` are of requests whose mean rate is `ownRate`. */
function speedUpOf({ unit, value }: Arrivals, ownRate: number, name: string): number {
  if (unit === 'speed-up') return value;
  if (Number.isFinite(ownRate)) return value / ownRate;
  throw new WorkloadError(`all requests of ${name} arrive at once, so there is no rate to change`);
}

function speedUp(value: number): Arrivals {
  return { unit: 'speed-up', value };
}
