import type { Finish } from '../generate/finish.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

/** An answer of any endpoint, as the metrics see it. Spans count from the request's arrival. */
export interface ObservedAnswer {
  readonly isStream: boolean;
  /** Until the worker admitted it, in microseconds. */
  readonly queuedUs: number;
  /** Until the first token, in microseconds; -1 before it. */
  readonly ttftUs: number;
  /** Tokens that it has cost, over all choices and of the choice that has most. */
  readonly tokenCounts: { readonly sum: number; readonly longest: number };
  readonly choices: { readonly length: number };
  readonly start: {
    readonly exchange: {
      readonly endpoint: number;
      readonly arrivedUs: number;
      readonly status: number;
      readonly hasBegun: boolean;
    };
    readonly usage: {
      readonly promptTokens: number;
      readonly cachedTokens: number;
      readonly reasoningTokens: number;
    };
    readonly modelLabel: number;
    readonly outputLimit: number;
  };
}

/** Tells the metrics what becomes of answers; nothing where these are off. */
export class AnswerObserver {
  readonly #metrics: GatewayMetrics;
  readonly #isOn: boolean;

  constructor(metrics: GatewayMetrics, isOn: boolean) {
    this.#metrics = metrics;
    this.#isOn = isOn;
  }

  started(answer: ObservedAnswer): void {
    if (this.#isOn && answer.isStream) this.#metrics.answers.streamStarted();
  }

  /** The first token is out. The worker had `cachedTokens` of the prompt. */
  firstToken(answer: ObservedAnswer, cachedTokens: number, nowUs: number): void {
    if (!this.#isOn) return;
    const { usage, modelLabel } = answer.start;
    this.#metrics.answers.firstToken(
      modelLabel,
      answer.ttftUs,
      answer.queuedUs,
      usage.promptTokens,
      cachedTokens,
      nowUs,
    );
  }

  /** `count` further tokens of a stream are out, `gapUs` apart on average. */
  nextTokens(answer: ObservedAnswer, count: number, gapUs: number, nowUs: number): void {
    if (this.#isOn) {
      this.#metrics.answers.tokens(answer.start.modelLabel, count, gapUs, nowUs);
    }
  }

  /** Nothing more will be sent. */
  ended(answer: ObservedAnswer, finish: Finish, nowUs: number): void {
    if (!this.#isOn) return;
    const { exchange, usage, modelLabel, outputLimit } = answer.start;
    const { sum, longest } = answer.tokenCounts;
    this.#metrics.answers.ended(
      {
        endpoint: exchange.endpoint,
        model: modelLabel,
        isStream: answer.isStream,
        finish,
        promptTokens: usage.promptTokens,
        cachedTokens: usage.cachedTokens,
        completionTokens: sum,
        reasoningTokens: usage.reasoningTokens,
        choices: answer.choices.length,
        longestChoiceTokens: longest,
        outputLimit,
        queuedUs: answer.queuedUs,
        ttftUs: answer.ttftUs,
        latencyUs: nowUs - exchange.arrivedUs,
      },
      nowUs,
    );
    if (finish === 'error' && exchange.hasBegun && exchange.status === 200) {
      this.#metrics.requests.streamBroken(exchange.endpoint, nowUs);
    }
  }
}
