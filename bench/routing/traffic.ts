import { openTextFile } from '../../cli/text-file.ts';
import { type LabTrace, loadLabTrace } from '../../lab/experiment/lab-trace.ts';
import { resolveWorkload } from '../../lab/workloads/workloads.ts';

/** Requests to compare policies on, and the caches of the workers that serve them. */
export interface Traffic {
  /** A trace, or a generator with its preset. */
  readonly name: string;
  /** File in the folder of traces; a generator has none. */
  readonly file?: string;
  /** Parameters of a generator that differ from its own. */
  readonly set: Readonly<Record<string, number>>;
  /** Parameters of a generator besides `requests` that grow with the fleet. */
  readonly grows?: 'groups';
  /** Whether all requests come at once, so that there is no rate to choose. */
  readonly isBurst?: boolean;
  /** Tokens of each worker's cache: too few for what could be hit, and enough for almost all. */
  readonly cacheTokens: { readonly scarce: number; readonly ample: number };
}

/** Tokens of a block that a Mooncake trace names. */
const TRACE_BLOCK_TOKENS = 512;

/** Workers of the smaller fleet, whose capacity sets the rates. */
export const BASE_WORKERS = 8;
const LONG = { scarce: 1_000_000, ample: 12_000_000 };
const SHORT = { scarce: 100_000, ample: 500_000 };

/** What all policies are compared on: every trace, and every generator with every preset. */
export const TRAFFIC: readonly Traffic[] = [
  {
    name: 'mooncake trace',
    file: 'mooncake_conversation_trace.jsonl.gz',
    set: {},
    cacheTokens: LONG,
  },
  {
    name: 'azure code trace',
    file: 'AzureLLMInferenceTrace_code.csv.gz',
    set: {},
    cacheTokens: SHORT,
  },
  {
    name: 'azure conversation trace',
    file: 'AzureLLMInferenceTrace_conv.csv.gz',
    set: {},
    cacheTokens: SHORT,
  },
  { name: 'conversation', set: { requests: 4000 }, cacheTokens: LONG },
  { name: 'multi-turn', set: { requests: 10_000, thinkSeconds: 4 }, cacheTokens: SHORT },
  {
    name: 'agentic',
    set: { requests: 5000, turns: 5 },
    cacheTokens: { scarce: 600_000, ample: 1_500_000 },
  },
  { name: 'shared-prefix', set: { requests: 6000 }, grows: 'groups', cacheTokens: SHORT },
  { name: 'shared-prefix:sglang', set: {}, isBurst: true, grows: 'groups', cacheTokens: SHORT },
  {
    name: 'shared-prefix:llm-d',
    set: { requests: 3000 },
    grows: 'groups',
    cacheTokens: { scarce: 307_328, ample: 1_500_000 },
  },
  { name: 'shared-prefix:mooncake-synthetic', set: {}, grows: 'groups', cacheTokens: LONG },
  {
    name: 'shared-prefix:tool-agent',
    set: { requests: 3000 },
    cacheTokens: { scarce: 200_000, ample: 1_000_000 },
  },
  { name: 'lengths', set: { requests: 3000 }, cacheTokens: SHORT },
];

/** Opens traces, each of them once. */
export class TrafficReader {
  readonly #folder: string;
  readonly #opened = new Map<string, Promise<LabTrace>>();

  /** `folder` holds the files of traces. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The requests for a fleet: a generator makes more for a larger one, a file has those that it
   * has. Rejects with `TraceError`, `WorkloadError` or `FileError`.
   */
  open(traffic: Traffic, workers: number): Promise<LabTrace> {
    const key = traffic.file ?? `${traffic.name} ${workers}`;
    const opened = this.#opened.get(key) ?? this.#load(traffic, workers / BASE_WORKERS);
    this.#opened.set(key, opened);
    return opened;
  }

  async #load({ name, file, set, grows }: Traffic, factor: number): Promise<LabTrace> {
    const common = { traceBlockSize: TRACE_BLOCK_TOKENS, limit: Number.POSITIVE_INFINITY };
    const world = {
      openText: openTextFile,
      writeError: (text: string): boolean => process.stderr.write(text),
    };
    if (file !== undefined) {
      return await loadLabTrace({ ...common, trace: `${this.#folder}/${file}`, set }, world);
    }
    const values = resolveWorkload({ workload: name, parameters: set, seed: 0 });
    const grown = ['requests', ...(grows === undefined ? [] : [grows])].map((parameter) => [
      parameter,
      (values[parameter] ?? 0) * factor,
    ]);
    const scaled = { ...common, workload: name, set: { ...set, ...Object.fromEntries(grown) } };
    return await loadLabTrace(scaled, world);
  }
}
