import type { LatencyConfig } from './latency-config.ts';

/**
 * Named latency profiles.
 *
 * Those of GPUs: `8b-h100`, `70b-tp8` and `small-l40s` are the reference profiles published with
 * llm-d-inference-sim (per-token prefill, ITL, deviations and load factor); `dynamo-mocker` is the
 * polynomial of NVIDIA Dynamo's mocker engine. Those of models are starter values of a typical
 * hosted service, not measured: TTFT and ITL as mean and deviation, and a prefill rate.
 */
const GPU_PROFILES = {
  '8b-h100': linear(30, 250, 20, 12, 17, 2),
  '70b-tp8': linear(80, 500, 20, 25, 16, 3),
  'small-l40s': linear(20, 350, 14, 15, 13, 1.5),
  'dynamo-mocker': {
    kind: 'polynomial',
    prefillMs: [4.209989e-7, 1.518344e-2, 16.50142],
    decodeMs: [-25.74, 54.01, 5.74],
    decodeMinMs: 1,
  },
} as const satisfies Readonly<Record<string, LatencyConfig>>;

/** TTFT mean and deviation in ms, ITL mean and deviation in ms, prefill in tokens per second. */
const MODEL_PROFILES = {
  default: [200, 40, 12, 2.5, 1200],
  'gpt-4': [800, 150, 35, 8, 500],
  'gpt-4-turbo': [400, 80, 20, 5, 800],
  'gpt-4-turbo-preview': [420, 85, 22, 5, 750],
  'gpt-4o': [250, 50, 15, 3, 1200],
  'gpt-4o-mini': [180, 35, 10, 2, 1500],
  'gpt-3.5-turbo': [200, 40, 10, 2, 1200],
  'gpt-3.5-turbo-16k': [220, 45, 11, 2.5, 1100],
  'gpt-oss-120b': [600, 120, 28, 6, 600],
  'gpt-oss-20b': [300, 60, 15, 3, 1000],
  'deepseek-r1': [700, 140, 30, 7, 550],
  'deepseek-v3': [700, 140, 30, 7, 550],
  'deepseek-r1-distill-qwen-32b': [350, 70, 16, 3.5, 900],
  'mixtral-8x7b': [380, 75, 18, 4, 850],
  'mixtral-8x22b': [550, 110, 25, 5.5, 650],
  'claude-3-opus': [850, 170, 38, 8.5, 480],
  'claude-3-sonnet': [450, 90, 22, 5, 750],
  'claude-3-haiku': [220, 45, 12, 2.5, 1300],
  'llama-2-7b': [150, 30, 8, 1.5, 1800],
  'llama-2-13b': [220, 45, 12, 2.5, 1400],
  'llama-2-70b': [500, 100, 24, 5, 700],
  'llama-3.1-8b': [140, 28, 7.5, 1.5, 1900],
  'llama-3.1-70b': [480, 95, 23, 5, 720],
  'llama-3.1-405b': [900, 180, 42, 9, 450],
  'mistral-7b': [145, 30, 8, 1.5, 1850],
  'gemini-pro': [350, 70, 17, 3.5, 900],
  'gemini-pro-vision': [450, 90, 22, 4.5, 700],
  'command-r': [320, 65, 16, 3, 950],
  'command-r-plus': [480, 95, 23, 5, 720],
  'nemotron-70b': [280, 55, 14, 3, 1100],
  'yi-34b': [360, 72, 17.5, 3.5, 880],
  'qwen2-7b': [155, 31, 8.5, 1.7, 1750],
  'qwen2-72b': [490, 98, 23.5, 5, 710],
  'phi-3-mini': [90, 18, 5, 1, 2500],
  'phi-3-medium': [190, 38, 10, 2, 1500],
} as const;

const PROFILES: ReadonlyMap<string, LatencyConfig> = new Map<string, LatencyConfig>([
  ...Object.entries(GPU_PROFILES),
  ...Object.entries(MODEL_PROFILES).map(([name, row]): [string, LatencyConfig] => [
    name,
    {
      kind: 'profile',
      ttftMs: row[0],
      ttftDeviationMs: row[1],
      itlMs: row[2],
      itlDeviationMs: row[3],
      prefillTokensPerSecond: row[4],
    },
  ]),
]);

/** Every name, those of GPUs first. A profile's number is its place here. */
export const LATENCY_PROFILE_NAMES: readonly string[] = [...PROFILES.keys()];

/** The profile of that name. */
export function latencyProfile(name: string): LatencyConfig | undefined {
  return PROFILES.get(name);
}

/** The profile of that number. */
export function latencyProfileAt(number: number): LatencyConfig | undefined {
  return latencyProfile(LATENCY_PROFILE_NAMES[number] ?? '');
}

/**
 * Number of the profile that fits a model best: by its id after the last `/`, whatever the case,
 * the longest name that is a prefix of it, else `default`.
 */
export function profileNumberFor(model: string): number {
  const id = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  let best = 'default';
  for (const name of Object.keys(MODEL_PROFILES)) {
    if (id.startsWith(name) && (best === 'default' || name.length > best.length)) best = name;
  }
  return LATENCY_PROFILE_NAMES.indexOf(best);
}

function linear(
  prefillOverheadMs: number,
  prefillUsPerToken: number,
  prefillDeviationPercent: number,
  itlMs: number,
  itlDeviationPercent: number,
  loadFactor: number,
): LatencyConfig {
  return {
    kind: 'linear',
    prefillOverheadUs: prefillOverheadMs * 1000,
    prefillUsPerToken,
    prefillDeviationPercent,
    itlUs: itlMs * 1000,
    itlDeviationPercent,
    loadFactor,
  };
}
