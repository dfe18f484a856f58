import { FINISHES } from '../generate/finish.ts';
import { TOKEN_TYPES } from './answer-metrics.ts';
import { ANSWER_BOUNDS_US } from './bounds.ts';
import type { Histogram } from './distribution.ts';
import { counter, type Family, gauge, histogram, SECONDS } from './family.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { fixed, labelled, product } from './label-sets.ts';

/**
 * The families of vLLM (vllm/v1/metrics/loggers.py) that have a meaning here, under their old and
 * new names, so that its dashboards work as they are. What a worker knows has `engine`, its index;
 * and, since a simulated worker serves every model, the served model's name. What is known of a
 * model's answers has no `engine`.
 */
export function vllmFamilies(metrics: GatewayMetrics): Family[] {
  return [...engineFamilies(metrics), ...answerFamilies(metrics)];
}

function engineFamilies({ workers, options }: GatewayMetrics): Family[] {
  const { blockSize, blocksPerWorker, prefixCaching, servedModel } = options;
  const engines = product(fixed({ model_name: servedModel }), workers.as('engine'));
  const config = fixed({
    block_size: `${blockSize}`,
    num_gpu_blocks: `${blocksPerWorker}`,
    enable_prefix_caching: prefixCaching ? 'True' : 'False',
  });
  const usage = (engine: number) => workers.load(engine, 'activeBlocks') / blocksPerWorker;
  const hits = (engine: number) => workers.total(engine, 'hitBlocks') * blockSize;
  const misses = (engine: number) => workers.total(engine, 'missedBlocks') * blockSize;
  const level = (name: string, help: string, read: (engine: number) => number) =>
    gauge(`vllm:${name}`, help, engines, read);
  const count = (name: string, help: string, read: (engine: number) => number) =>
    counter(`vllm:${name}`, help, engines, read);
  return [
    level('num_requests_running', 'Sequences that run.', (at) => workers.load(at, 'running')),
    level('num_requests_waiting', 'Sequences that wait.', (at) => workers.load(at, 'waiting')),
    level('kv_cache_usage_perc', 'Share of KV blocks that running sequences use.', usage),
    level('gpu_cache_usage_perc', 'Old name of kv_cache_usage_perc.', usage),
    gauge(
      'vllm:cache_config_info',
      'How the KV cache is configured.',
      product(engines, config),
      () => 1,
    ),
    count('prefix_cache_queries_total', 'Tokens looked up, in whole blocks.', (at) => {
      return hits(at) + misses(at);
    }),
    count('prefix_cache_hits_total', 'Tokens found, in whole blocks.', hits),
    count('num_preemptions_total', 'Sequences that gave up their blocks.', (at) =>
      workers.total(at, 'preemptions'),
    ),
  ];
}

function answerFamilies({ answers }: GatewayMetrics): Family[] {
  const { finishes, tokenCounts, whole } = answers;
  const models = answers.models.as('model_name');
  const tokens = (name: string, help: string, type: 'prompt' | 'completion') =>
    counter(`vllm:${name}`, help, models, (model) => {
      return tokenCounts.of(model * TOKEN_TYPES.length + TOKEN_TYPES.indexOf(type));
    });
  const time = (name: string, help: string, read: Histogram) =>
    histogram(`vllm:${name}_seconds`, help, models, read, SECONDS);
  const size = (name: string, help: string, read: Histogram) =>
    histogram(`vllm:${name}`, help, models, read);
  return [
    tokens('prompt_tokens_total', 'Prompt tokens.', 'prompt'),
    tokens('generation_tokens_total', 'Tokens that came out.', 'completion'),
    counter(
      'vllm:request_success_total',
      'Answers by why they ended.',
      product(models, labelled('finished_reason', FINISHES)),
      (index) => finishes.of(index),
    ),
    time('time_to_first_token', 'From arrival to first token.', answers.ttftUs),
    time('inter_token_latency', 'Gaps between the tokens of streams.', answers.itlUs),
    time('time_per_output_token', 'Old name of inter_token_latency.', answers.itlUs),
    time('request_time_per_output_token', 'Mean gap of each answer.', whole.tpotUs),
    time(
      'e2e_request_latency',
      'From arrival to the end.',
      whole.latencyUs.within(ANSWER_BOUNDS_US),
    ),
    time('request_queue_time', 'From arrival to admission.', answers.queueUs),
    time('request_prefill_time', 'From admission to first token.', answers.prefillUs),
    time('request_decode_time', 'From first token to the end.', whole.decodeUs),
    time('request_inference_time', 'From admission to the end.', whole.inferenceUs),
    size('request_prompt_tokens', 'Prompt tokens of each answer.', whole.promptTokens),
    size('request_generation_tokens', 'Tokens of each answer.', whole.completionTokens),
    size(
      'request_max_num_generation_tokens',
      'Tokens of the longest choice of each answer.',
      whole.longestChoiceTokens,
    ),
    size('request_params_max_tokens', 'Limits that requests set.', whole.outputLimit),
    size('request_params_n', 'Choices that requests asked for.', whole.choices),
  ];
}
