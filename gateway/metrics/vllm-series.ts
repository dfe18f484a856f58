import { FINISHES } from './answer-metrics.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import type { HistogramRows } from './histogram-rows.ts';
import type { ModelLabel } from './model-labels.ts';
import {
  type AnyRegistry,
  type Labels,
  SampledCounter,
  SampledGauge,
  SampledHistogram,
} from './sampled-series.ts';

const SECONDS = 1e6;

/**
 * The series of vLLM (vllm/v1/metrics/loggers.py) that have a meaning here, under their old and new
 * names, so that its dashboards work as they are. What a worker knows has `engine`, its index; and,
 * since a simulated worker serves every model, the served model's name. What is known of a model's
 * answers has no `engine`.
 */
export class VllmSeries {
  readonly #registry: AnyRegistry;
  readonly #metrics: GatewayMetrics;
  readonly #modelCounters: readonly ((labels: Labels, model: ModelLabel) => void)[];
  readonly #modelHistograms: readonly SampledHistogram[];

  constructor(registry: AnyRegistry, metrics: GatewayMetrics) {
    this.#registry = registry;
    this.#metrics = metrics;
    this.#addWorkerSeries();
    this.#modelCounters = this.#createCounters();
    this.#modelHistograms = this.#createHistograms();
  }

  /** Adds the series of a model. */
  addModel(model: ModelLabel): void {
    const labels = { model_name: this.#metrics.answers.models.nameOf(model) };
    for (const add of this.#modelCounters) add(labels, model);
    for (const histogram of this.#modelHistograms) histogram.series(labels, model);
  }

  #addWorkerSeries(): void {
    const { workers, options } = this.#metrics;
    const { blockSize, blocksPerWorker } = options;
    const gauge = (name: string, help: string) => new SampledGauge(this.#family(name, help));
    const counter = (name: string, help: string) => new SampledCounter(this.#family(name, help));
    const running = gauge('num_requests_running', 'Sequences that run.');
    const waiting = gauge('num_requests_waiting', 'Sequences that wait.');
    const usage = gauge('kv_cache_usage_perc', 'Share of KV blocks that running sequences use.');
    const oldUsage = gauge('gpu_cache_usage_perc', 'Old name of kv_cache_usage_perc.');
    const info = gauge('cache_config_info', 'How the KV cache is configured.');
    const queries = counter('prefix_cache_queries_total', 'Tokens looked up, in whole blocks.');
    const hits = counter('prefix_cache_hits_total', 'Tokens found, in whole blocks.');
    const preemptions = counter('num_preemptions_total', 'Sequences that gave up their blocks.');
    for (let worker = 0; worker < options.workers; worker++) {
      const labels = { model_name: options.servedModel, engine: `${worker}` };
      const use = () => workers.load(worker, 'activeBlocks') / blocksPerWorker;
      running.series(labels, () => workers.load(worker, 'running'));
      waiting.series(labels, () => workers.load(worker, 'waiting'));
      usage.series(labels, use);
      oldUsage.series(labels, use);
      const hitTokens = () => workers.total(worker, 'hitBlocks') * blockSize;
      const missedTokens = () => workers.total(worker, 'missedBlocks') * blockSize;
      queries.series(labels, () => hitTokens() + missedTokens());
      hits.series(labels, hitTokens);
      preemptions.series(labels, () => workers.total(worker, 'preemptions'));
      const config = {
        block_size: `${blockSize}`,
        num_gpu_blocks: `${blocksPerWorker}`,
        enable_prefix_caching: options.prefixCaching ? 'True' : 'False',
      };
      info.series({ ...labels, ...config }, () => 1);
    }
  }

  #createCounters() {
    const { answers } = this.#metrics;
    const prompt = new SampledCounter(this.#family('prompt_tokens_total', 'Prompt tokens.'));
    const generation = new SampledCounter(
      this.#family('generation_tokens_total', 'Tokens that came out.'),
    );
    const success = new SampledCounter(
      this.#family('request_success_total', 'Answers by why they ended.'),
    );
    return [
      (labels: Labels, model: ModelLabel) => {
        prompt.series(labels, () => answers.tokenCount(model, 'prompt'));
        generation.series(labels, () => answers.tokenCount(model, 'completion'));
      },
      (labels: Labels, model: ModelLabel) => {
        for (const finish of FINISHES) {
          const finished = { ...labels, finished_reason: finish };
          success.series(finished, () => answers.finishedCount(model, finish));
        }
      },
    ];
  }

  #createHistograms(): SampledHistogram[] {
    const rows = this.#metrics.answers.histograms;
    const histogram = (name: string, help: string, source: HistogramRows, scale: number) =>
      new SampledHistogram(this.#family(name, help), source, scale);
    const time = (name: string, help: string, source: HistogramRows) =>
      histogram(`${name}_seconds`, help, source, SECONDS);
    const size = (name: string, help: string, source: HistogramRows) =>
      histogram(name, help, source, 1);
    return [
      time('time_to_first_token', 'From arrival to first token.', rows.ttftUs),
      time('inter_token_latency', 'Gaps between the tokens of streams.', rows.itlUs),
      time('time_per_output_token', 'Old name of inter_token_latency.', rows.itlUs),
      time('request_time_per_output_token', 'Mean gap of each answer.', rows.tpotUs),
      time('e2e_request_latency', 'From arrival to the end.', rows.latencyUs),
      time('request_queue_time', 'From arrival to admission.', rows.queueUs),
      time('request_prefill_time', 'From admission to first token.', rows.prefillUs),
      time('request_decode_time', 'From first token to the end.', rows.decodeUs),
      time('request_inference_time', 'From admission to the end.', rows.inferenceUs),
      size('request_prompt_tokens', 'Prompt tokens of each answer.', rows.promptTokens),
      size('request_generation_tokens', 'Tokens of each answer.', rows.generationTokens),
      size(
        'request_max_num_generation_tokens',
        'Tokens of the longest choice of each answer.',
        rows.longestChoiceTokens,
      ),
      size('request_params_max_tokens', 'Limits that requests set.', rows.outputLimit),
      size('request_params_n', 'Choices that requests asked for.', rows.choices),
    ];
  }

  #family(name: string, help: string) {
    return { registry: this.#registry, name: `vllm:${name}`, help };
  }
}
