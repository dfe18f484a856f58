import { FINISHES, type Finish } from '../generate/finish.ts';
import {
  ANSWER_BOUNDS_US,
  CHOICES_BOUNDS,
  DECISION_BOUNDS_US,
  ITL_BOUNDS_US,
  MODEL_LATENCY_BOUNDS_US,
  mergedBounds,
  TOKENS_BOUNDS,
  TTFT_BOUNDS_US,
} from './bounds.ts';
import { Counter } from './counter.ts';
import { Distribution } from './distribution.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { MODEL_ROWS, type ModelLabel, ModelLabels } from './model-labels.ts';
import { SlidingWindow } from './sliding-window.ts';

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

/** Requests that workers answer: their tokens, their latencies and their streams. */
export class AnswerMetrics {
  readonly models: ModelLabels;
  /** Time to first token and gap between tokens in microseconds, by model; one window for all. */
  readonly ttftUs: Distribution;
  readonly itlUs: Distribution;
  /** Until admission, and from there to the first token, by model. */
  readonly queueUs = byModel(ANSWER_BOUNDS_US);
  readonly prefillUs = byModel(ANSWER_BOUNDS_US);
  readonly whole = new WholeAnswers();
  readonly decisionUs = new Distribution(DECISION_BOUNDS_US, 1);
  /** Tokens a thousand seconds of each completed stream, from its first token on. */
  readonly tokensPer1000Seconds: Distribution;
  /** By endpoint: completion tokens of each answer, and microseconds of each stream. */
  readonly completionTokens: Distribution;
  readonly streamUs: Distribution;
  /** Answers by (model, finish), by (model, endpoint), and tokens by (model, type). */
  readonly finishes = new Counter(MODEL_ROWS * FINISHES.length);
  readonly answered: Counter;
  readonly tokenCounts = new Counter(MODEL_ROWS * TOKEN_TYPES.length);
  readonly #streams = { open: 0, completed: 0, failed: 0, cancelled: 0 };
  readonly #cache = { requests: 0, hits: 0, withBlocks: 0, overlapShares: 0, promptCacheHits: 0 };
  readonly #blockSize: number;
  readonly #endpoints: number;

  constructor(options: AnswerMetricsOptions, startUs: number) {
    const { endpoints, servedModel, blockSize, windowUs } = options;
    const { length } = endpoints.rows;
    const windows = (count: number) =>
      Array.from({ length: count }, () => new SlidingWindow(windowUs, startUs));
    this.#endpoints = length;
    this.#blockSize = blockSize;
    this.models = new ModelLabels(servedModel);
    this.ttftUs = new Distribution(TTFT_BOUNDS_US, MODEL_ROWS, windows(1));
    this.itlUs = new Distribution(ITL_BOUNDS_US, MODEL_ROWS, windows(1));
    this.tokensPer1000Seconds = new Distribution([], 1, windows(1));
    this.completionTokens = new Distribution([], length, windows(length));
    this.streamUs = new Distribution([], length, windows(length));
    this.answered = new Counter(MODEL_ROWS * length);
  }

  /** The router has placed one sequence, in `routeUs`, which may be fractional. */
  routed(routeUs: number): void {
    this.decisionUs.observe(0, routeUs);
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
    this.#countCached(promptTokens, cachedTokens);
    this.ttftUs.observe(model, ttftUs, nowUs);
    this.queueUs.observe(model, queuedUs);
    this.prefillUs.observe(model, ttftUs - queuedUs);
  }

  /** `count` tokens of a stream came out after its first one, `gapUs` apart on average. */
  tokens(model: ModelLabel, count: number, gapUs: number, nowUs: number): void {
    this.itlUs.observe(model, gapUs, nowUs, count);
  }

  /**
   * Nothing more will be sent of an answer, for whatever reason. Once per request. Without a first
   * token, its prompt was not computed and is not counted.
   */
  ended(answer: EndedAnswer, nowUs: number): void {
    const { model, endpoint, finish } = answer;
    this.finishes.add(model * FINISHES.length + FINISHES.indexOf(finish), 1);
    this.answered.add(model * this.#endpoints + endpoint, 1);
    if (answer.ttftUs >= 0) this.#countTokens(answer, nowUs);
    if (answer.isStream) this.#streamEnded(answer, nowUs);
    if (finish === 'stop' || finish === 'length') this.whole.observe(answer);
  }

  /** Tokens of all models. */
  tokenTotal(type: TokenType): number {
    const { length } = TOKEN_TYPES;
    return this.tokenCounts.sum(TOKEN_TYPES.indexOf(type), MODEL_ROWS * length, length);
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
    const first = answer.model * TOKEN_TYPES.length;
    this.tokenCounts.add(first, answer.promptTokens);
    this.tokenCounts.add(first + 1, answer.cachedTokens);
    this.tokenCounts.add(first + 2, answer.completionTokens);
    this.tokenCounts.add(first + 3, answer.reasoningTokens);
    this.completionTokens.observe(answer.endpoint, answer.completionTokens, nowUs);
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
    this.streamUs.observe(endpoint, latencyUs, nowUs);
    if (finish === 'abort') {
      streams.cancelled++;
    } else if (finish === 'error') {
      streams.failed++;
    } else {
      streams.completed++;
      const decodeUs = latencyUs - ttftUs;
      const rate = decodeUs > 0 ? ((answer.completionTokens - answer.choices) * 1e9) / decodeUs : 0;
      if (rate > 0) this.tokensPer1000Seconds.observe(0, rate, nowUs);
    }
  }
}

/** Answers that ended as they should, by model. Times are in microseconds. */
class WholeAnswers {
  /** In the buckets of `ANSWER_BOUNDS_US` and of `MODEL_LATENCY_BOUNDS_US`. */
  readonly latencyUs = byModel(mergedBounds(ANSWER_BOUNDS_US, MODEL_LATENCY_BOUNDS_US));
  readonly decodeUs = byModel(ANSWER_BOUNDS_US);
  readonly inferenceUs = byModel(ANSWER_BOUNDS_US);
  /** Mean time per token after the first. */
  readonly tpotUs = byModel(ITL_BOUNDS_US);
  readonly promptTokens = byModel(TOKENS_BOUNDS);
  readonly completionTokens = byModel(TOKENS_BOUNDS);
  readonly longestChoiceTokens = byModel(TOKENS_BOUNDS);
  readonly outputLimit = byModel(TOKENS_BOUNDS);
  readonly choices = byModel(CHOICES_BOUNDS);

  observe(answer: EndedAnswer): void {
    const { model, completionTokens, choices, queuedUs, ttftUs, latencyUs } = answer;
    const decodeUs = latencyUs - ttftUs;
    this.latencyUs.observe(model, latencyUs);
    this.decodeUs.observe(model, decodeUs);
    this.inferenceUs.observe(model, latencyUs - queuedUs);
    if (completionTokens > choices) {
      this.tpotUs.observe(model, (decodeUs * choices) / (completionTokens - choices));
    }
    this.promptTokens.observe(model, answer.promptTokens);
    this.completionTokens.observe(model, completionTokens);
    this.longestChoiceTokens.observe(model, answer.longestChoiceTokens);
    this.choices.observe(model, choices);
    if (answer.outputLimit > 0) this.outputLimit.observe(model, answer.outputLimit);
  }
}

function byModel(bounds: readonly number[]): Distribution {
  return new Distribution(bounds, MODEL_ROWS);
}
