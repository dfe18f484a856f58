import {
  ANSWER_BOUNDS_S,
  boundsUs,
  CHOICES_BOUNDS,
  DECISION_BOUNDS_S,
  ITL_BOUNDS_S,
  MODEL_LATENCY_BOUNDS_MS,
  TOKENS_BOUNDS,
  TTFT_BOUNDS_S,
} from './answer-bounds.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { HistogramRows } from './histogram-rows.ts';
import { MODEL_ROWS, type ModelLabel, ModelLabels } from './model-labels.ts';
import { SlidingWindow } from './sliding-window.ts';

/** How an answer ended, in vLLM's words: all of it, up to its limit, client gone, or failed. */
export const FINISHES = ['stop', 'length', 'abort', 'error'] as const;
export type Finish = (typeof FINISHES)[number];

export const TOKEN_TYPES = ['prompt', 'cached', 'completion', 'reasoning'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** One answer that has ended, all its choices together. Spans count from the request's arrival. */
export interface EndedAnswer {
  readonly endpoint: Endpoint;
  readonly model: ModelLabel;
  readonly isStream: boolean;
  /** Of the first choice. */
  readonly finish: Finish;
  readonly promptTokens: number;
  /** Prompt tokens that were cached: part of `promptTokens`. */
  readonly cachedTokens: number;
  /** Tokens that came out, reasoning included. */
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly choices: number;
  /** Tokens of the choice that has most. */
  readonly longestChoiceTokens: number;
  /** The limit that the request set, or 0 if it set none. */
  readonly outputLimit: number;
  /** Until the worker admitted it. */
  readonly queuedUs: number;
  /** Until the first token; -1 if none came out. */
  readonly ttftUs: number;
  /** Until the last byte, or until it failed. */
  readonly latencyUs: number;
}

export interface AnswerMetricsOptions {
  readonly endpoints: Endpoints;
  /** The model that the server lists first: its series are there from the start. */
  readonly servedModel: string;
  /** Tokens per KV block. */
  readonly blockSize: number;
  /** Length of the sliding windows. */
  readonly windowUs: number;
}

/** Requests that a worker answers: their tokens, their latencies and their streams. */
export class AnswerMetrics {
  readonly models: ModelLabels;
  readonly histograms = new AnswerHistograms();
  readonly ttftHistogram = new HistogramRows(boundsUs(TTFT_BOUNDS_S), 1);
  readonly decisionHistogram = new HistogramRows(boundsUs(DECISION_BOUNDS_S), 1);
  /** Time to first token, gap between tokens, both in microseconds. */
  readonly ttftUs: SlidingWindow;
  readonly itlUs: SlidingWindow;
  /** Tokens a thousand seconds of each completed stream, from its first token on. */
  readonly tokensPer1000Seconds: SlidingWindow;
  /** By endpoint: completion tokens of each answer, and microseconds of each stream. */
  readonly completionTokens: readonly SlidingWindow[];
  readonly streamUs: readonly SlidingWindow[];
  /** Answers by (model, finish), (model, endpoint), and tokens by (model, type). */
  readonly #finished = new Float64Array(MODEL_ROWS * FINISHES.length);
  readonly #byEndpoint: Float64Array;
  readonly #tokens = new Float64Array(MODEL_ROWS * TOKEN_TYPES.length);
  readonly #streams = { open: 0, completed: 0, failed: 0, cancelled: 0 };
  readonly #cache = { requests: 0, hits: 0, withBlocks: 0, overlapShares: 0, promptCacheHits: 0 };
  readonly #blockSize: number;
  readonly #endpoints: number;

  constructor(options: AnswerMetricsOptions, startUs: number) {
    const { servedModel, blockSize, windowUs } = options;
    const { rows } = options.endpoints;
    this.#endpoints = rows.length;
    this.#byEndpoint = new Float64Array(MODEL_ROWS * rows.length);
    this.#blockSize = blockSize;
    this.models = new ModelLabels(servedModel);
    this.ttftUs = new SlidingWindow(windowUs, startUs);
    this.itlUs = new SlidingWindow(windowUs, startUs);
    this.tokensPer1000Seconds = new SlidingWindow(windowUs, startUs);
    this.completionTokens = rows.map(() => new SlidingWindow(windowUs, startUs));
    this.streamUs = rows.map(() => new SlidingWindow(windowUs, startUs));
  }

  /** The router has placed one sequence, in `routeUs`, which may be fractional. */
  routed(routeUs: number): void {
    this.decisionHistogram.observe(0, routeUs);
  }

  /** A streamed request was accepted. `ended` must follow. */
  streamStarted(): void {
    this.#streams.open++;
  }

  /** The request hit the prompt cache. */
  promptCacheHit(): void {
    this.#cache.promptCacheHits++;
  }

  /**
   * The first token of an answer is out, once per request: `ttftUs` after its arrival, `queuedUs`
   * of which it waited. The worker had `cachedTokens` of its prompt in the KV cache, whole blocks.
   */
  firstToken(
    model: ModelLabel,
    ttftUs: number,
    queuedUs: number,
    promptTokens: number,
    cachedTokens: number,
    nowUs: number,
  ): void {
    const { histograms } = this;
    this.#countCached(promptTokens, cachedTokens);
    this.ttftUs.record(ttftUs, nowUs);
    this.ttftHistogram.observe(0, ttftUs);
    histograms.ttftUs.observe(model, ttftUs);
    histograms.queueUs.observe(model, queuedUs);
    histograms.prefillUs.observe(model, ttftUs - queuedUs);
  }

  /** `count` tokens of a stream came out after its first one, `gapUs` apart on average. */
  tokens(model: ModelLabel, count: number, gapUs: number, nowUs: number): void {
    this.itlUs.record(gapUs, nowUs, count);
    this.histograms.itlUs.observe(model, gapUs, count);
  }

  /**
   * Nothing more will be sent of an answer, for whatever reason. Once per request. Without a first
   * token, its prompt was not computed and is not counted.
   */
  ended(answer: EndedAnswer, nowUs: number): void {
    const { model, endpoint, finish } = answer;
    add(this.#finished, model * FINISHES.length + FINISHES.indexOf(finish), 1);
    add(this.#byEndpoint, model * this.#endpoints + endpoint, 1);
    if (answer.ttftUs >= 0) this.#countTokens(answer, nowUs);
    if (answer.isStream) this.#streamEnded(answer, nowUs);
    if (finish === 'stop' || finish === 'length') this.histograms.observe(answer);
  }

  finishedCount(model: ModelLabel, finish: Finish): number {
    return this.#finished[model * FINISHES.length + FINISHES.indexOf(finish)] ?? 0;
  }

  /** Answers of `model`, however they ended. */
  answerCount(model: ModelLabel, endpoint: Endpoint): number {
    return this.#byEndpoint[model * this.#endpoints + endpoint] ?? 0;
  }

  tokenCount(model: ModelLabel, type: TokenType): number {
    return this.#tokens[model * TOKEN_TYPES.length + TOKEN_TYPES.indexOf(type)] ?? 0;
  }

  /** Tokens of all models. */
  tokenTotal(type: TokenType): number {
    let total = 0;
    for (let model = 0; model < this.models.count; model++) total += this.tokenCount(model, type);
    return total;
  }

  /** Streams by what became of them. */
  get streams(): Readonly<{ open: number; completed: number; failed: number; cancelled: number }> {
    return this.#streams;
  }

  /** Sums over the requests that got a first token. */
  get cache(): Readonly<{
    requests: number;
    /** Those that found at least one block in the worker's KV cache. */
    hits: number;
    /** Those with at least one full block. */
    withBlocks: number;
    /** Sum of each one's cached blocks as a share of its full blocks. */
    overlapShares: number;
    promptCacheHits: number;
  }> {
    return this.#cache;
  }

  #countTokens(answer: EndedAnswer, nowUs: number): void {
    const at = answer.model * TOKEN_TYPES.length;
    add(this.#tokens, at, answer.promptTokens);
    add(this.#tokens, at + 1, answer.cachedTokens);
    add(this.#tokens, at + 2, answer.completionTokens);
    add(this.#tokens, at + 3, answer.reasoningTokens);
    this.completionTokens[answer.endpoint]?.record(answer.completionTokens, nowUs);
  }

  #countCached(promptTokens: number, cachedTokens: number): void {
    const cache = this.#cache;
    cache.requests++;
    if (cachedTokens > 0) cache.hits++;
    const fullBlocks = Math.floor(promptTokens / this.#blockSize);
    if (fullBlocks === 0) return;
    cache.withBlocks++;
    cache.overlapShares += cachedTokens / (fullBlocks * this.#blockSize);
  }

  #streamEnded(answer: EndedAnswer, nowUs: number): void {
    const { endpoint, finish, ttftUs, latencyUs } = answer;
    const streams = this.#streams;
    streams.open--;
    this.streamUs[endpoint]?.record(latencyUs, nowUs);
    if (finish === 'abort') {
      streams.cancelled++;
    } else if (finish === 'error') {
      streams.failed++;
    } else {
      streams.completed++;
      const decodeUs = latencyUs - ttftUs;
      const rate = decodeUs > 0 ? ((answer.completionTokens - answer.choices) * 1e9) / decodeUs : 0;
      if (rate > 0) this.tokensPer1000Seconds.record(rate, nowUs);
    }
  }
}

/** Histograms by model. Names are those of vLLM's series; times are in microseconds. */
class AnswerHistograms {
  readonly ttftUs = new HistogramRows(boundsUs(TTFT_BOUNDS_S), MODEL_ROWS);
  readonly itlUs = new HistogramRows(boundsUs(ITL_BOUNDS_S), MODEL_ROWS);
  readonly tpotUs = new HistogramRows(boundsUs(ITL_BOUNDS_S), MODEL_ROWS);
  readonly latencyUs = new HistogramRows(boundsUs(ANSWER_BOUNDS_S), MODEL_ROWS);
  readonly queueUs = new HistogramRows(boundsUs(ANSWER_BOUNDS_S), MODEL_ROWS);
  readonly prefillUs = new HistogramRows(boundsUs(ANSWER_BOUNDS_S), MODEL_ROWS);
  readonly decodeUs = new HistogramRows(boundsUs(ANSWER_BOUNDS_S), MODEL_ROWS);
  readonly inferenceUs = new HistogramRows(boundsUs(ANSWER_BOUNDS_S), MODEL_ROWS);
  readonly promptTokens = new HistogramRows(TOKENS_BOUNDS, MODEL_ROWS);
  readonly generationTokens = new HistogramRows(TOKENS_BOUNDS, MODEL_ROWS);
  readonly longestChoiceTokens = new HistogramRows(TOKENS_BOUNDS, MODEL_ROWS);
  readonly outputLimit = new HistogramRows(TOKENS_BOUNDS, MODEL_ROWS);
  readonly choices = new HistogramRows(CHOICES_BOUNDS, MODEL_ROWS);
  /** The same latency again, in finer buckets. */
  readonly modelLatencyUs = new HistogramRows(
    MODEL_LATENCY_BOUNDS_MS.map((bound) => bound * 1000),
    MODEL_ROWS,
  );

  observe(answer: EndedAnswer): void {
    const { model, completionTokens, choices, queuedUs, ttftUs, latencyUs } = answer;
    const decodeUs = latencyUs - ttftUs;
    this.latencyUs.observe(model, latencyUs);
    this.modelLatencyUs.observe(model, latencyUs);
    this.decodeUs.observe(model, decodeUs);
    this.inferenceUs.observe(model, latencyUs - queuedUs);
    if (completionTokens > choices) {
      this.tpotUs.observe(model, (decodeUs * choices) / (completionTokens - choices));
    }
    this.promptTokens.observe(model, answer.promptTokens);
    this.generationTokens.observe(model, completionTokens);
    this.longestChoiceTokens.observe(model, answer.longestChoiceTokens);
    this.choices.observe(model, choices);
    if (answer.outputLimit > 0) this.outputLimit.observe(model, answer.outputLimit);
  }
}

function add(cells: Float64Array, at: number, amount: number): void {
  cells[at] = (cells[at] ?? 0) + amount;
}
