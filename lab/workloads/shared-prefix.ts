import { combineSeeds, Rng } from '../../shared/rng.ts';
import { nameSpace } from '../traces/content.ts';
import type { TraceRequest, TraceSource } from '../traces/trace-source.ts';
import { Arrivals } from './arrivals.ts';
import { drawTokens } from './draws.ts';
import {
  arrivalParameters,
  count,
  type ParameterValues,
  quantity,
  WorkloadError,
} from './parameters.ts';
import { Ramp } from './ramp.ts';

export const sharedPrefixParameters = {
  ...arrivalParameters,
  requests: count(1024, 1, 1e9, 'requests in all; beyond the pool, prompts come again'),
  ramp: quantity(1, 1, 1000, 'rate at the last request over that at the first; it rises evenly'),
  groups: count(64, 1, 1e6, 'groups; the prompts of one group start alike'),
  promptsPerGroup: count(16, 1, 1e6, 'prompts of a group'),
  prefixTokens: quantity(2048, 1, 1e6, 'mean tokens that the prompts of a group share'),
  prefixCv: quantity(0, 0, 5, 'variation of the shared tokens over the groups'),
  questionTokens: quantity(128, 1, 1e6, "mean tokens of a prompt's own part"),
  questionCv: quantity(0, 0, 5, 'variation of the own part'),
  outputTokens: quantity(256, 1, 1e6, 'mean tokens of an answer'),
  outputCv: quantity(0, 0, 5, 'variation of the answers'),
  zipf: quantity(
    0,
    0,
    3,
    'exponent of the popularity of groups; 0 sends every prompt equally often',
  ),
  maxTokens: count(131_072, 2, 1e6, 'no prompt and no answer is longer'),
};

/** After published settings. */
export const sharedPrefixPresets = {
  /** SGLang bench_serving, generated-shared-prefix: all 1,024 prompts at once. */
  sglang: { qps: 0 },
  /**
   * The prompts of llm-d, "KV-cache wins": 150 groups of 5 users, one request of each, from 3 to
   * 60 a second, with answers as long as its limit. Its run was longer, and in stages.
   */
  'llm-d': {
    requests: 750,
    qps: 31.5,
    ramp: 20,
    groups: 150,
    promptsPerGroup: 5,
    prefixTokens: 6000,
    questionTokens: 1200,
    outputTokens: 1000,
  },
  /** Means, cache ratio and size of Mooncake's synthetic trace: questions on long documents. */
  'mooncake-synthetic': {
    requests: 3992,
    qps: 1,
    groups: 998,
    promptsPerGroup: 4,
    prefixTokens: 13_486,
    prefixCv: 0.8,
    questionTokens: 1839,
    questionCv: 0.8,
    outputTokens: 149,
    outputCv: 0.8,
  },
  /** Means, cache ratio and rate of Mooncake's tool and agent trace: two long templates. */
  'tool-agent': {
    requests: 23_608,
    qps: 6.67,
    groups: 2,
    promptsPerGroup: 11_804,
    prefixTokens: 5120,
    questionTokens: 3476,
    questionCv: 1,
    outputTokens: 182,
    outputCv: 1,
  },
};

/** No pool has more prompts. */
const PROMPTS_MAX = 1 << 24;

const PREFIX = nameSpace('shared-prefix group');
const QUESTION = nameSpace('shared-prefix prompt');
const ANSWER = nameSpace('shared-prefix answer');

/**
 * A pool of prompts in groups that start alike. Without `zipf` the pool is gone through in shuffled
 * order, anew each time, so a request count equal to the pool sends every prompt once. With it, a
 * group is drawn by popularity and a prompt of it evenly. An answer is never part of a later
 * prompt.
 */
export class SharedPrefixWorkload implements TraceSource {
  readonly #values: ParameterValues<typeof sharedPrefixParameters>;
  readonly #seed: number;
  readonly #arrivals: Arrivals;
  readonly #ramp: Ramp;
  readonly #order: Rng;
  readonly #pool: Uint32Array;
  readonly #popularity: Float64Array;
  #number = 0;

  constructor(values: ParameterValues<typeof sharedPrefixParameters>, seed: number) {
    const rng = new Rng(seed);
    this.#values = values;
    this.#seed = rng.fork('lengths').u32();
    this.#arrivals = new Arrivals(rng.fork('arrivals'), values.qps, values.cv);
    this.#ramp = new Ramp(values.ramp, values.qps === 0 ? 0 : (values.requests / values.qps) * 1e6);
    this.#order = rng.fork('order');
    const isDrawn = values.zipf > 0;
    if (values.groups * values.promptsPerGroup > PROMPTS_MAX) {
      throw new WorkloadError(`groups times promptsPerGroup is above ${PROMPTS_MAX}`);
    }
    this.#pool = new Uint32Array(isDrawn ? 0 : values.groups * values.promptsPerGroup);
    for (let prompt = 0; prompt < this.#pool.length; prompt++) this.#pool[prompt] = prompt;
    this.#popularity = isDrawn ? zipfShares(values.groups, values.zipf) : new Float64Array(0);
  }

  next(into: TraceRequest): boolean {
    const values = this.#values;
    const number = this.#number++;
    const prompt = values.zipf > 0 ? this.#drawPrompt() : this.#nextOfPool(number);
    const group = Math.floor(prompt / values.promptsPerGroup);
    const lengths = (kind: number, index: number): Rng =>
      new Rng(combineSeeds(this.#seed + kind, index));
    const max = values.maxTokens;
    const prefix = drawTokens(lengths(0, group), values.prefixTokens, values.prefixCv, max - 1);
    const question = drawTokens(
      lengths(1, prompt),
      values.questionTokens,
      values.questionCv,
      max - prefix,
    );
    into.arrivalUs = this.#ramp.at(this.#arrivals.next());
    into.promptTokens = prefix + question;
    into.outputTokens = drawTokens(lengths(2, number), values.outputTokens, values.outputCv, max);
    into.session = number;
    into.sessionKey = undefined;
    into.turn = 0;
    into.turnsAfter = 0;
    into.content.clear();
    into.content.extendNamed(PREFIX, group, prefix);
    into.content.extendNamed(QUESTION, prompt, into.promptTokens);
    into.content.extendNamed(ANSWER, number, into.promptTokens + into.outputTokens);
    return true;
  }

  followUp(): boolean {
    return false;
  }

  /** The next prompt of the pool, whose rest is shuffled as far as it is needed. */
  #nextOfPool(number: number): number {
    const pool = this.#pool;
    const at = number % pool.length;
    const other = at + this.#order.below(pool.length - at);
    const prompt = pool[other]!;
    pool[other] = pool[at]!;
    pool[at] = prompt;
    return prompt;
  }

  #drawPrompt(): number {
    const share = this.#order.unit();
    let low = 0;
    let high = this.#popularity.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#popularity[middle]! > share) high = middle;
      else low = middle + 1;
    }
    const { promptsPerGroup } = this.#values;
    return low * promptsPerGroup + this.#order.below(promptsPerGroup);
  }
}

/** Cumulative shares of ranks 1 .. `count` whose popularity is 1 / rank^exponent. */
function zipfShares(count: number, exponent: number): Float64Array {
  const shares = new Float64Array(count);
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) {
    sum += rank ** -exponent;
    shares[rank - 1] = sum;
  }
  for (let rank = 0; rank < count; rank++) shares[rank]! /= sum;
  return shares;
}
