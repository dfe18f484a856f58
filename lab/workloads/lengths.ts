import { combineSeeds, Rng } from '../../shared/rng.ts';
import { nameSpace } from '../traces/content.ts';
import type { TraceRequest, TraceSource } from '../traces/trace-source.ts';
import { Arrivals } from './arrivals.ts';
import { drawTokens } from './draws.ts';
import { arrivalParameters, count, type ParameterValues, quantity } from './parameters.ts';

export const lengthsParameters = {
  ...arrivalParameters,
  inputTokens: quantity(1024, 1, 1e6, 'mean tokens of a prompt'),
  inputCv: quantity(0, 0, 5, 'variation of the prompts; 0 makes them all alike'),
  outputTokens: quantity(128, 1, 1e6, 'mean tokens of an answer'),
  outputCv: quantity(0, 0, 5, 'variation of the answers; 0 makes them all alike'),
  maxTokens: count(131_072, 1, 1e6, 'no prompt and no answer is longer'),
};

const REQUEST = nameSpace('lone request');

/** Requests that share nothing: lengths and arrivals alone. No cache and no affinity can help. */
export class LengthsWorkload implements TraceSource {
  readonly #values: ParameterValues<typeof lengthsParameters>;
  readonly #seed: number;
  readonly #arrivals: Arrivals;
  #number = 0;

  constructor(values: ParameterValues<typeof lengthsParameters>, seed: number) {
    const rng = new Rng(seed);
    this.#values = values;
    this.#seed = rng.fork('lengths').u32();
    this.#arrivals = new Arrivals(rng.fork('arrivals'), values.qps, values.cv);
  }

  next(into: TraceRequest): boolean {
    const { inputTokens, inputCv, outputTokens, outputCv, maxTokens } = this.#values;
    const number = this.#number++;
    const rng = new Rng(combineSeeds(this.#seed, number));
    into.arrivalUs = this.#arrivals.next();
    into.promptTokens = drawTokens(rng, inputTokens, inputCv, maxTokens);
    into.outputTokens = drawTokens(rng, outputTokens, outputCv, maxTokens);
    into.session = number;
    into.sessionKey = undefined;
    into.turn = 0;
    into.turnsAfter = 0;
    into.content.clear();
    into.content.extendNamed(REQUEST, number, into.promptTokens + into.outputTokens);
    return true;
  }

  followUp(): boolean {
    return false;
  }
}
