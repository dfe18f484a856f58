import { basename } from 'node:path';
import type { TraceSpec } from '../../engine/replay/replay-config.ts';
import { parseRecordedHeader } from '../../engine/replay/trace/recorded.ts';
import { readTrace } from '../../engine/replay/trace/trace-reader.ts';
import { requestsPerSecond, type TraceTable } from '../../engine/replay/trace/trace-table.ts';
import { WorkloadError } from '../../engine/replay/workload/parameters.ts';
import { resolveWorkload } from '../../engine/replay/workload/workloads.ts';
import { type CommandContext, CutShortError } from '../commands/command-context.ts';

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

/** How fast requests arrive: a speed-up of the trace's own times, or requests per second. */
export interface Arrivals {
  readonly unit: 'speed-up' | 'qps';
  readonly value: number;
}

/** The requests of all replays of a command. */
export interface LabTrace {
  readonly name: string;
  /** What the file or the generator is, for the record. */
  readonly description: object;
  /** Requests of one replay. */
  readonly requests: number;
  /**
   * Tokens per block: of those that a file names, since nothing is known of what is inside them.
   */
  readonly blockSize: number;
  /** Their mean rate by nature, where there is one; else a rate to start from. */
  readonly requestsPerSecond: number;
  /** The mean rate that file or options say, before any speed-up; undefined where they say none. */
  readonly statedRate: number | undefined;
  /** Whether a generator makes them, as many as its parameter `requests` says. */
  readonly isGenerated: boolean;
  /** Whether a conversation may go on long after it has begun. */
  readonly hasSessions: boolean;
  /** Whether turns wait for answers, so that not the rate alone says when requests arrive. */
  readonly hasWaitingTurns: boolean;
  /** How fast they arrive when nothing else is asked for. */
  readonly arrivals: Arrivals;
  /** The same where several rates can be compared. */
  readonly sweep: readonly Arrivals[];
  /** The requests for one seed and rate. Throws `WorkloadError` if they have no rate. */
  open(seed: number, arrivals: Arrivals): { readonly trace: TraceSpec; readonly rate: number };
}

export interface TraceOptions {
  readonly trace?: string;
  readonly workload?: string;
  readonly set: Readonly<Record<string, number>>;
  readonly traceBlockSize: number;
  readonly limit: number;
}

/**
 * Reads the trace file, or makes sure that the workload exists. What there is of a compressed file
 * that was cut short is read up to its last whole line, with a warning. Throws `TraceError`,
 * `WorkloadError`, `FileError`.
 */
export async function loadLabTrace(
  options: TraceOptions,
  { openText, writeError }: Pick<CommandContext, 'openText' | 'writeError'>,
): Promise<LabTrace> {
  const { trace: path, traceBlockSize: mooncakeBlockTokens, limit } = options;
  if (path === undefined) return workloadTrace(options);
  let head: string | undefined;
  let isCutShort = false;
  async function* chunks(): AsyncGenerator<string> {
    try {
      for await (const chunk of openText(path ?? '')) {
        head ??= chunk;
        yield chunk;
      }
    } catch (error) {
      if (!(error instanceof CutShortError)) throw error;
      isCutShort = true;
    }
  }
  const table = await readTrace(chunks(), {
    mooncakeBlockTokens,
    limit,
    isCutShort: () => isCutShort,
  });
  if (isCutShort) {
    const requests = table.timeUs.length.toLocaleString('en');
    writeError(
      `fakeai: warning: ${path} ends too early; read up to its last whole line, ${requests} requests\n`,
    );
  }
  return tableTrace(path, table, blockSizeOf(head ?? '', mooncakeBlockTokens));
}

/** Tokens per block of the trace that begins with `head`, which has been read without complaint. */
function blockSizeOf(head: string, mooncakeBlockTokens: number): number {
  if (!head.startsWith('{')) return DEFAULT_BLOCK_SIZE;
  const [line = ''] = head.split('\n', 1);
  return parseRecordedHeader(line)?.blockSize ?? mooncakeBlockTokens;
}

function tableTrace(path: string, table: TraceTable, blockSize: number): LabTrace {
  const trace: TraceSpec = { kind: 'table', table };
  const requests = table.timeUs.length;
  const ownQps = requestsPerSecond(table);
  return {
    name: basename(path),
    description: { file: basename(path), requests, requestsPerSecond: ownQps },
    requests,
    requestsPerSecond: ownQps,
    statedRate: Number.isFinite(ownQps) ? ownQps : undefined,
    isGenerated: false,
    hasSessions: table.waits.includes(1),
    hasWaitingTurns: table.waits.includes(1),
    blockSize,
    arrivals: speedUp(1),
    sweep: [speedUp(1)],
    open: (_seed, { unit, value }) => {
      if (unit === 'speed-up') return { trace, rate: value };
      if (Number.isFinite(ownQps)) return { trace, rate: value / ownQps };
      throw new WorkloadError(
        `all requests of ${path} arrive at once, so there is no rate to change`,
      );
    },
  };
}

function workloadTrace(options: TraceOptions): LabTrace {
  const { workload = 'conversation', set, limit } = options;
  const isDefault = options.workload === undefined && !('qps' in set);
  const resolve = (parameters: Readonly<Record<string, number>>, seed: number) =>
    resolveWorkload({ workload, parameters, seed });
  const parameters = resolve(set, 0);
  const hasWaitingTurns = 'thinkSeconds' in parameters;
  return {
    name: workload,
    description: { workload, parameters },
    requests: Math.min(limit, parameters.requests ?? 0),
    requestsPerSecond: parameters.qps || 1,
    statedRate: 'qps' in set || hasWaitingTurns ? parameters.qps || undefined : undefined,
    isGenerated: limit >= (parameters.requests ?? 0),
    hasSessions: hasWaitingTurns || workload === 'conversation',
    hasWaitingTurns,
    blockSize: workload === 'conversation' ? CONVERSATION_BLOCK_SIZE : DEFAULT_BLOCK_SIZE,
    arrivals: speedUp(isDefault ? DEFAULT_SPEED_UP : 1),
    sweep: (isDefault ? DEFAULT_SPEED_UPS : [1]).map(speedUp),
    open: (seed, { unit, value }) => {
      const qps = unit === 'qps' ? { qps: value } : {};
      const spec = { workload, parameters: { ...set, ...qps }, seed };
      return { trace: { kind: 'workload', spec }, rate: unit === 'qps' ? 1 : value };
    },
  };
}

function speedUp(value: number): Arrivals {
  return { unit: 'speed-up', value };
}
