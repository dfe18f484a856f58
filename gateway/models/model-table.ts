/**
 * The models that are known from the start, as data. One table serves listing and context check.
 */

/** US dollars per million tokens. */
export interface Pricing {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Null: cached input is not billed apart. */
  readonly cachedInputPerMillion: number | null;
}

export interface ModelEntry {
  readonly id: string;
  /** Only a window for ids that start with this one; not in the list of models. */
  readonly unlisted?: true;
  readonly owner: string;
  /** Context window in tokens; absent for models that take no token prompt. */
  readonly window?: number;
  /** Shown, not enforced. */
  readonly maxOutput?: number;
  readonly pricing?: Pricing;
  readonly vision?: true;
  readonly audio?: true;
  readonly tools?: true;
  /** Year and month. */
  readonly trainingCutoff?: string;
}

function pricing(
  inputPerMillion: number,
  cachedInputPerMillion: number | null,
  outputPerMillion: number,
): Pricing {
  return { inputPerMillion, outputPerMillion, cachedInputPerMillion };
}

const LARGE_OSS = {
  owner: 'openai',
  window: 128_000,
  maxOutput: 16_384,
  pricing: pricing(2.5, 1.25, 10),
  tools: true,
  trainingCutoff: '2024-06',
} as const;
const SMALL_OSS = {
  owner: 'openai',
  window: 32_768,
  maxOutput: 16_384,
  pricing: pricing(0.15, 0.075, 0.6),
  tools: true,
  trainingCutoff: '2024-06',
} as const;
const DEEPSEEK = { owner: 'deepseek-ai', tools: true } as const;
const LLAMA = { owner: 'meta-llama', maxOutput: 4096, tools: true } as const;
const MISTRAL = { owner: 'mistralai', tools: true } as const;
const CLAUDE = {
  owner: 'anthropic',
  window: 200_000,
  maxOutput: 4096,
  vision: true,
  tools: true,
} as const;
const GEMINI = {
  owner: 'google',
  maxOutput: 8192,
  vision: true,
  audio: true,
  tools: true,
} as const;
const EMBEDDING = { window: 8191, maxOutput: 0 } as const;
const OPENAI = { unlisted: true, owner: 'openai', vision: true, tools: true } as const;

/** In the order of the list: clients without a model take the first one. */
export const MODEL_TABLE: readonly ModelEntry[] = [
  { id: 'openai/gpt-oss-120b', ...LARGE_OSS },
  { id: 'gpt-oss-120b', ...LARGE_OSS },
  { id: 'openai/gpt-oss-120b-realtime', ...LARGE_OSS, maxOutput: 4096, audio: true },
  { id: 'openai/gpt-oss-20b', ...SMALL_OSS },
  { id: 'gpt-oss-20b', ...SMALL_OSS },
  {
    id: 'deepseek-ai/DeepSeek-R1',
    ...DEEPSEEK,
    window: 64_000,
    maxOutput: 32_768,
    pricing: pricing(15, null, 60),
  },
  {
    id: 'deepseek-ai/DeepSeek-R1-Distill-Qwen-32B',
    ...DEEPSEEK,
    window: 128_000,
    maxOutput: 65_536,
    pricing: pricing(3, null, 12),
  },
  {
    id: 'deepseek-ai/DeepSeek-R1-Distill-Llama-8B',
    ...DEEPSEEK,
    window: 128_000,
    maxOutput: 8192,
  },
  { id: 'meta-llama/Llama-3.1-8B-Instruct', ...LLAMA, window: 131_072 },
  { id: 'meta-llama/Llama-3.1-70B-Instruct', ...LLAMA, window: 131_072, unlisted: true },
  { id: 'meta-llama/Llama-3.1-405B-Instruct', ...LLAMA, window: 131_072, unlisted: true },
  { id: 'llama-3.1-8b', ...LLAMA, window: 128_000 },
  { id: 'llama-3.1-70b', ...LLAMA, window: 128_000 },
  { id: 'llama-3.1-405b', ...LLAMA, window: 128_000 },
  { id: 'mixtral-8x7b', ...MISTRAL, window: 32_768, maxOutput: 8192 },
  { id: 'mixtral-8x22b', ...MISTRAL, window: 65_536, maxOutput: 16_384 },
  { id: 'mistral-large', ...MISTRAL, window: 128_000, maxOutput: 8192 },
  { id: 'mistral-7b', ...MISTRAL, window: 32_768, unlisted: true },
  { id: 'deepseek-v3', ...DEEPSEEK, window: 128_000, maxOutput: 8192 },
  { id: 'claude-3-opus', ...CLAUDE },
  { id: 'claude-3-sonnet', ...CLAUDE },
  { id: 'claude-3-haiku', ...CLAUDE },
  { id: 'claude-', ...CLAUDE, unlisted: true },
  { id: 'gemini-1.5-pro', ...GEMINI, window: 2_000_000 },
  { id: 'gemini-1.5-flash', ...GEMINI, window: 1_000_000 },
  { id: 'gemini-pro', ...GEMINI, window: 32_768, unlisted: true },
  { id: 'TinyLlama/TinyLlama-1.1B-Chat-v1.0', owner: 'TinyLlama', window: 1024, maxOutput: 1024 },
  { id: 'sentence-transformers/all-mpnet-base-v2', owner: 'sentence-transformers', ...EMBEDDING },
  { id: 'nomic-ai/nomic-embed-text-v1.5', owner: 'nomic-ai', ...EMBEDDING },
  { id: 'BAAI/bge-m3', owner: 'BAAI', ...EMBEDDING },
  { id: 'text-embedding-', owner: 'openai', ...EMBEDDING, unlisted: true },
  { id: 'stabilityai/stable-diffusion-2-1', owner: 'stabilityai' },
  { id: 'stabilityai/stable-diffusion-xl-base-1.0', owner: 'stabilityai' },
  { id: 'tts-1', owner: 'openai', audio: true },
  { id: 'tts-1-hd', owner: 'openai', audio: true },
  { id: 'gpt-4', ...OPENAI, window: 8192 },
  { id: 'gpt-4-32k', ...OPENAI, window: 32_768 },
  { id: 'gpt-4-turbo', ...OPENAI, window: 128_000 },
  { id: 'gpt-4o', ...OPENAI, window: 128_000 },
  { id: 'gpt-4.1', ...OPENAI, window: 1_047_576 },
  { id: 'gpt-3.5-turbo', ...OPENAI, window: 16_385 },
  { id: 'o1', ...OPENAI, window: 200_000 },
  { id: 'o3', ...OPENAI, window: 200_000 },
  { id: 'o4', ...OPENAI, window: 200_000 },
  { id: 'gpt-5', ...OPENAI, window: 400_000 },
];
