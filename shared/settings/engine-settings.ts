import { LATENCY_PROFILE_NAMES } from '../latency-profiles.ts';
import { POLICY_NAMES } from '../policy-names.ts';
import {
  boolean,
  choice,
  decimal,
  integer,
  list,
  NOT_YET,
  optionalNumber,
  path,
  text,
} from './setting.ts';

/** Settings of the simulated cluster: caches of the workers, routing, scheduling and latency. */

export const KV_CACHE = {
  kvCacheEnabled: boolean(
    true,
    'Cache KV blocks. false: nothing is cached, and requests are routed by load alone.',
    { nested: 'ENABLED', aliases: ['enable-kv-cache'] },
  ),
  kvCacheBlockSize: integer(16, { min: 1, max: 128, unit: 'tokens' }, 'Tokens per KV block.', {
    nested: 'BLOCK_SIZE',
  }),
  kvCacheNumWorkers: integer(4, { min: 1, max: 256 }, 'Simulated GPU workers.', {
    nested: 'NUM_WORKERS',
    aliases: ['kv-cache-workers'],
  }),
  kvCacheNumBlocks: integer(
    16_384,
    { min: 16, max: 4_194_304, unit: 'blocks' },
    'Capacity of each worker.',
    { nested: 'NUM_BLOCKS' },
  ),
  kvOverlapWeight: decimal(
    1,
    { min: 0, max: 2 },
    'How much it counts in the cost of a worker what its cache saves; 1 is what it saves. 0: ' +
      'caches do not count.',
    { nested: 'OVERLAP_WEIGHT' },
  ),
  loadBalanceWeight: decimal(
    0.5,
    { min: 0, max: 2 },
    'How much load counts in the cost of a worker; 0.5 is what load costs. 0: load does not count.',
    { nested: 'LOAD_BALANCE_WEIGHT' },
  ),
};

export const ROUTER = {
  routerPolicy: choice('smart', POLICY_NAMES, 'How a worker is chosen.', { nested: 'POLICY' }),
  policyModule: path(
    'File of a routing policy of your own, in TypeScript or JavaScript, in place of those above. ' +
      'docs/router.md says how to write one.',
    { nested: 'POLICY_MODULE' },
  ),
  routerTemperature: decimal(
    0,
    { min: 0, max: 10 },
    'Above 0, smart samples a softmax over the costs; 0 takes the lowest cost.',
    { nested: 'TEMPERATURE' },
  ),
  routerDecisionLog: integer(
    1000,
    { min: 0, max: 100_000, unit: 'decisions' },
    "Routing decisions that are kept for reading, each with every worker's cost.",
    { nested: 'DECISION_LOG' },
  ),
};

export const ENGINE = {
  engine: choice(
    'paced',
    ['paced', 'batched'],
    'Scheduler of the workers. paced: each sequence runs on its own clock; batched: steps as in ' +
      'vLLM.',
    { nested: 'MODE' },
  ),
  threads: integer(
    0,
    { min: 0, max: 32 },
    'Threads that run the workers. 0: the least of workers, 32 and twice the cores.',
  ),
  maxNumSeqs: integer(
    256,
    { min: 1, max: 65_536, unit: 'sequences' },
    'Sequences that run at once on a worker.',
  ),
  maxNumBatchedTokens: integer(
    8192,
    { min: 16, max: 1_000_000, unit: 'tokens' },
    'Tokens in one step of a worker.',
  ),
  maxWaiting: integer(
    1000,
    { min: 0, max: 1_000_000, unit: 'sequences' },
    'Sequences that may wait at a worker; more get 429.',
  ),
  seed: integer(
    0,
    { min: 0, max: Number.MAX_SAFE_INTEGER },
    'Seed of everything that is drawn: lengths, text, latencies, ties of the router.',
  ),
};

const NO_MODEL = { kind: 'never', why: 'No model runs here.' } as const;

export const GENERATION = {
  responseDelay: optionalNumber(
    'decimal',
    { min: 0, unit: 's' },
    'Mean time to first token, where FAKEAI_TTFT_MS is not set.',
  ),
  randomDelay: boolean(
    true,
    'Vary latencies. false: no variance, except a percentage that is set itself.',
  ),
  maxVariance: decimal(
    0.3,
    { min: 0, max: 1 },
    'Variance of FAKEAI_RESPONSE_DELAY as a fraction, while FAKEAI_RANDOM_DELAY is true.',
  ),
  ttftMs: decimal(
    20,
    { min: 0, unit: 'ms' },
    'Mean time to first token of a prompt without cache hits. 0: as fast as possible.',
  ),
  ttftVariancePercent: decimal(
    10,
    { min: 0, max: 100, unit: '%' },
    'Half width of the uniform draw around the mean time to first token.',
  ),
  ttftFixedPercent: decimal(
    20,
    { min: 0, max: 100, unit: '%' },
    'Share of the time to first token that cached blocks cannot save.',
  ),
  itlMs: decimal(5, { min: 0, unit: 'ms' }, 'Mean time between tokens. 0: as fast as possible.'),
  itlVariancePercent: decimal(
    10,
    { min: 0, max: 100, unit: '%' },
    'Half width of the uniform draw around the mean time between tokens.',
  ),
  latencyProfile: choice(
    'none',
    ['none', 'auto', ...LATENCY_PROFILE_NAMES],
    'Latencies of a named model, where the settings above are not set. auto: by model id.',
  ),
  outputTokens: integer(
    100,
    { min: 1, max: 1_000_000, unit: 'tokens' },
    'Mean length of an answer that its limit does not cut.',
  ),
  outputTokensVariancePercent: decimal(
    50,
    { min: 0, max: 100, unit: '%' },
    'Half width of the uniform draw around the mean length.',
  ),
  reasoningModels: list(
    ['gpt-oss*', 'deepseek-ai/DeepSeek-R1*', '*reasoning*'],
    {},
    'Models that reason before they answer: globs on the whole model id.',
  ),
  embeddingDimensions: integer(
    1536,
    { min: 1, max: 3072 },
    'Length of an embedding when the request names none.',
  ),
  fixtures: path(
    'File of scripted answers, YAML or JSON. docs/fixtures.md says what they can match and answer.',
  ),
  echo: boolean(false, 'Answer with the last message of the user, where no fixture does.'),
  useLlmGeneration: boolean(false, 'Generate text with a real model.', { effect: NO_MODEL }),
  llmModelName: text('distilgpt2', 'Model that would generate text.', { effect: NO_MODEL }),
  llmUseGpu: boolean(true, 'Where that model would run.', { effect: NO_MODEL }),
  useSemanticEmbeddings: boolean(false, 'Embed with a real model.', { effect: NO_MODEL }),
  embeddingModel: text('all-MiniLM-L6-v2', 'Model that would embed.', { effect: NO_MODEL }),
  embeddingUseGpu: boolean(true, 'Where that model would run.', { effect: NO_MODEL }),
  generateActualImages: boolean(true, 'Draw images instead of answering with a placeholder.', {
    effect: NOT_YET,
  }),
};
