import type { CostTerm } from '../../engine/router/placement-cost.ts';
import type { ConfigChange } from '../../lab/simulate/build-config.ts';

/** Requests, and the workers that serve them. */
export interface Case {
  readonly title: string;
  /** File of a trace, or a generator. */
  readonly file?: string;
  readonly workload?: string;
  readonly set?: Readonly<Record<string, number>>;
  /** Speed-up of the arrivals. */
  readonly rate: number;
  readonly prefillOnly?: boolean;
  readonly change: ConfigChange;
}

export const CONVERSATION: Case = {
  title: 'conversation trace, 3x',
  file: 'mooncake_conversation_trace.jsonl.gz',
  rate: 3,
  change: { blockSize: 512 },
};
export const GENERATED: Case = {
  title: 'generated conversation, 7x',
  workload: 'conversation',
  rate: 7,
  change: {},
};
const LLM_D: Case = {
  title: 'llm-d prompts, prefill alone, 60/s',
  workload: 'shared-prefix:llm-d',
  set: { qps: 60, ramp: 1 },
  rate: 1,
  prefillOnly: true,
  change: { blockSize: 64, worker: { numBlocks: 4802 } },
};
const FULL: Case = {
  ...LLM_D,
  title: 'llm-d prompts, 30/s, caches full',
  set: { qps: 30, ramp: 1, requests: 2000 },
  prefillOnly: false,
};
const CODE: Case = {
  title: 'Azure code, 4x, 4 workers',
  file: 'AzureLLMInferenceTrace_code.csv.gz',
  rate: 4,
  change: { blockSize: 512, router: { workers: 4 } },
};
const AGENTS: Case = {
  title: 'agentic, 30/s',
  workload: 'agentic',
  set: { requests: 8000, qps: 30 },
  rate: 1,
  change: { blockSize: 64 },
};
export const HOT: Case = {
  title: 'one prefix of 20,000 tokens, 40/s',
  workload: 'shared-prefix',
  set: { groups: 1, promptsPerGroup: 5000, requests: 5000, qps: 40, prefixTokens: 20_000 },
  rate: 1,
  change: { blockSize: 64 },
};
const HOTTER: Case = {
  ...HOT,
  title: 'one prefix of 20,000 tokens, 100/s',
  set: { ...HOT.set, qps: 100 },
};
export const SHARED: Case = {
  title: 'one prefix, 20/s',
  workload: 'shared-prefix',
  set: { groups: 1, promptsPerGroup: 5000, requests: 5000, qps: 20 },
  rate: 1,
  change: { blockSize: 64 },
};
export const [SLOWER, LONE, FASTER] = [60, 120, 180].map(
  (qps): Case => ({
    title: `lengths, ${qps}/s: nothing shared`,
    workload: 'lengths',
    set: { requests: 8000, inputCv: 1.5, outputCv: 1, qps },
    rate: 1,
    change: { blockSize: 64 },
  }),
) as [Case, Case, Case];
export const CHATS: Case = {
  title: 'Azure conversation, 4x: nothing shared',
  file: 'AzureLLMInferenceTrace_conv.csv.gz',
  rate: 4,
  change: { blockSize: 512 },
};

const SCARCE: Case = {
  title: '64 prefixes that just fit, 32/s',
  workload: 'shared-prefix',
  set: { requests: 6000, qps: 32 },
  rate: 1,
  change: { blockSize: 128, worker: { numBlocks: 782 } },
};

/** Where each term is looked at; the first is where it was expected to matter. */
export const SHOWN: Readonly<Partial<Record<CostTerm, readonly Case[]>>> = {
  wait: [CONVERSATION, CODE],
  queue: [LLM_D, CONVERSATION],
  stall: [AGENTS, LONE],
  pace: [GENERATED, CODE],
  room: [FULL, CONVERSATION],
  size: [SCARCE, CONVERSATION],
  evict: [SCARCE, CONVERSATION],
  copy: [HOT, HOTTER, AGENTS],
};
