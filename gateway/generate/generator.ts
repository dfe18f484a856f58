import { ApiError, apiError } from '../../shared/errors.ts';
import { type WorkerId, workerId } from '../../shared/ids.ts';
import { combineSeeds, hashText, mix32 } from '../../shared/rng.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Model, ModelCatalog } from '../models/model-catalog.ts';
import type { Prompt } from '../prompt/prompt.ts';
import type { PromptCache } from '../prompt/prompt-cache.ts';
import type { PromptReader } from '../prompt/prompt-reader.ts';
import { TenantRoots } from '../prompt/tenant-roots.ts';
import { StopSequences } from '../text/stop-matcher.ts';
import { TokenBuffer } from '../text/token-buffer.ts';
import type { Answer } from './answer.ts';
import { FIRST_TOKENS, PromptHashes, wholeHashes } from './answer-hashes.ts';
import { AnswerPlan, choiceSeed, type OutputLengths } from './answer-plan.ts';
import type { AnswerStart } from './answer-start.ts';
import { ChoicePlacement, type PlacementHost } from './choice-placement.ts';
import { contextOverflow, endless, tooLong } from './context-limits.ts';
import type { Generation } from './generation.ts';
import { unavailable } from './outage.ts';
import type { PlannedPrompt } from './planned-prompt.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { tokensToCharge } from './token-estimate.ts';
import { UnaryAnswer } from './unary-answer.ts';
import { whenCharged } from './when-charged.ts';

export interface GeneratorSettings {
  readonly seed: number;
  readonly blockSize: number;
  readonly workers: number;
  /** Tokens that the KV cache of a worker holds. */
  readonly tokensPerWorker: number;
  readonly kvEnabled: boolean;
  /** Somebody wants to know which session a request belongs to: the router, or a recording. */
  readonly readsSession: boolean;
  readonly validatesContext: boolean;
  readonly lengths: OutputLengths;
}

/** What prompts go through. */
export interface PromptParts {
  readonly models: ModelCatalog;
  readonly prompts: PromptReader;
  readonly promptCache: PromptCache;
}

/** What generating needs of the server around it. */
export interface GeneratorHost extends PlacementHost {
  modelLabel(id: string): number;
  promptCacheHit(): void;
  /** An answer is on its way. */
  answerStarted(answer: Answer): void;
}

const NO_HASHES = new Uint32Array(0);
/** Eight choices of a usual prompt; the others of a request are placed in later turns. */
const PLACED_AT_ONCE_EVENTS = 32;
/** Prompts planned in a turn of the event loop, and what one costs there as if it were text. */
const PLANNED_AT_ONCE = 64;
const PLAN_LENGTH = 1024;

/** Answers what endpoints have parsed: reads and hashes the prompts, plans and places answers. */
export class Generator {
  readonly #settings: GeneratorSettings;
  readonly #parts: PromptParts;
  readonly #host: GeneratorHost;
  /** The prompt at hand: used again by the next one. */
  readonly #tokens = new TokenBuffer();
  readonly #roots = new TenantRoots();
  #requests = 0;

  constructor(settings: GeneratorSettings, parts: PromptParts, host: GeneratorHost) {
    this.#settings = settings;
    this.#parts = parts;
    this.#host = host;
  }

  get readsSession(): boolean {
    return this.#settings.readsSession;
  }

  /** The model that a request names at `nowS`, in Unix seconds. */
  modelOf(id: string, nowS: number): Model | ApiError {
    const model = this.#parts.models.use(id, nowS);
    return model ?? apiError('model_not_found', { model: id }, { param: 'model' });
  }

  /** The worker that a request names, which must be up. */
  workerOf(name: string): WorkerId | ApiError {
    const { workers } = this.#settings;
    const digits = /^(?:worker-)?(\d{1,3})$/.exec(name)?.[1];
    if (digits === undefined || Number(digits) >= workers) {
      const expected = workers === 1 ? 'worker-0' : `worker-0 to worker-${workers - 1}`;
      return apiError('worker_not_found', { got: name, expected });
    }
    const worker = workerId(Number(digits));
    const seconds = this.#host.outageS(worker);
    return seconds === undefined ? worker : unavailable(`worker-${worker} is down`, seconds);
  }

  /**
   * Answers a request, with an error if its prompts have no room. Prompts of a long body, of
   * `bodyBytes`, take several turns of the event loop.
   */
  answer(exchange: Exchange, generation: Generation, bodyBytes: number): Promise<void> | undefined {
    const { prompts } = this.#parts;
    const { prompts: asked, rememberedLength = 0 } = generation;
    const { length } = asked;
    if (bodyBytes + rememberedLength > prompts.lengthAtOnce || length > PLANNED_AT_ONCE) {
      return this.#answerInSlices(exchange, generation);
    }
    const planned: PlannedPrompt[] = [];
    let audioTokens = 0;
    for (const prompt of generation.prompts) {
      audioTokens += this.#read(prompt, generation.model);
      const problem = this.#plan(generation, prompt, planned);
      if (problem !== undefined) {
        exchange.sendError(problem);
        return undefined;
      }
    }
    return this.#admit(exchange, generation, planned, audioTokens);
  }

  /**
   * How many tokens a prompt has that nobody is to answer, up to one more than `max`. A long one
   * takes several turns of the event loop, as long as `isWanted`.
   */
  async countTokens(
    prompt: Prompt,
    model: Model,
    max: number,
    isWanted: () => boolean,
  ): Promise<number> {
    const tokens = new TokenBuffer();
    tokens.limit = max;
    await this.#parts.prompts.readInSlices(prompt, model.imageCost, tokens, isWanted);
    return tokens.length;
  }

  /** Of prompts that are known to be short there are several in each turn of the event loop. */
  async #answerInSlices(exchange: Exchange, generation: Generation): Promise<void> {
    const { model } = generation;
    const reader = this.#parts.prompts;
    const planned: PlannedPrompt[] = [];
    let audioTokens = 0;
    let room = 0;
    for (const prompt of generation.prompts) {
      const isShort = prompt.length <= reader.lengthAtOnce;
      if (!isShort) audioTokens += await this.#readInSlices(prompt, model, exchange);
      else if (room <= 0) await reader.nextTurn();
      if (!exchange.isOpen) return;
      if (!isShort || room <= 0) room = reader.lengthAtOnce;
      if (isShort) audioTokens += this.#read(prompt, model);
      room -= PLAN_LENGTH + (isShort ? prompt.length : 0);
      const problem = this.#plan(generation, prompt, planned);
      if (problem !== undefined) {
        exchange.sendError(problem);
        return;
      }
    }
    await this.#admit(exchange, generation, planned, audioTokens);
  }

  /** Puts a prompt into the token buffer. Returns how many of its tokens are audio. */
  #read(prompt: Prompt, model: Model): number {
    const tokens = this.#emptied(this.#tokens, model);
    return this.#parts.prompts.read(prompt, model.imageCost, tokens);
  }

  /** The same, in turns of the event loop, as long as the client waits. */
  async #readInSlices(prompt: Prompt, model: Model, exchange: Exchange): Promise<number> {
    const own = this.#emptied(new TokenBuffer(), model);
    const isWanted = () => exchange.isOpen;
    const { prompts } = this.#parts;
    const audioTokens = await prompts.readInSlices(prompt, model.imageCost, own, isWanted);
    if (isWanted()) this.#emptied(this.#tokens, model).append(own.ids, own.length);
    return audioTokens;
  }

  /** Emptied, and limited to what a prompt may have. */
  #emptied(tokens: TokenBuffer, model: Model): TokenBuffer {
    const { validatesContext, tokensPerWorker } = this.#settings;
    tokens.clear();
    tokens.limit = validatesContext ? this.#windowOf(model) : tokensPerWorker;
    return tokens;
  }

  /** Adds the prompt that is in the token buffer to those planned, or says why it has no room. */
  #plan(generation: Generation, prompt: Prompt, planned: PlannedPrompt[]): ApiError | undefined {
    const { blockSize, kvEnabled, validatesContext } = this.#settings;
    const { model, promptParam, prompts } = generation;
    const tokens = this.#tokens;
    const promptTokens = tokens.length;
    if (tokens.isFull) return endless(promptParam, this.#windowOf(model), tokens.limit + 1);
    const overflow = validatesContext ? contextOverflow(generation, promptTokens) : undefined;
    if (overflow !== undefined) return overflow;
    const root = this.#roots.of(model.id, generation.cacheSalt);
    const cachedTokens = prompt.isRemembered ? this.#parts.promptCache.use(tokens, root) : 0;
    if (cachedTokens > 0) this.#host.promptCacheHit();
    const plans = this.#plans(generation, promptTokens);
    if (plans instanceof ApiError) return plans;
    const [only] = plans;
    const isOnly = prompts.length * plans.length === 1;
    const isWhole = only !== undefined && isOnly && only.tokens <= FIRST_TOKENS;
    const { kind } = this.#host.tokenizer;
    const isHashed = kvEnabled && isWhole;
    planned.push({
      tokens: promptTokens,
      cachedTokens,
      blocks: kvEnabled ? Math.floor(promptTokens / blockSize) : 0,
      hashes: kvEnabled && !isWhole ? new PromptHashes(tokens, blockSize, root) : undefined,
      wholeHashes: isHashed ? wholeHashes(tokens, only, kind, blockSize, root) : NO_HASHES,
      plans,
      hasStarted: false,
    });
    return undefined;
  }

  /** One plan for each choice, all of which must have room on a worker. */
  #plans(generation: Generation, promptTokens: number): readonly AnswerPlan[] | ApiError {
    const { tokensPerWorker } = this.#settings;
    const { model, sampling, promptParam } = generation;
    const room = model.window - promptTokens;
    const seed = this.#promptSeed(generation);
    const plans: AnswerPlan[] = [];
    const count = sampling.candidates ?? sampling.choices;
    for (let choice = 0; choice < count; choice++) {
      const plan = this.#planOf(generation, choiceSeed(seed, choice), room);
      // The last token of an answer is never computed on, so it takes no place in the cache.
      if (promptTokens + Math.max(0, plan.tokens - 1) > tokensPerWorker) {
        return tooLong(promptParam, this.#windowOf(model), promptTokens, plan.tokens);
      }
      plans.push(plan);
    }
    return plans;
  }

  #planOf({ content, sampling, model }: Generation, seed: number, room: number): AnswerPlan {
    if (content === undefined || sampling.outputLimit === 0) {
      return AnswerPlan.ofCorpus(sampling, model, this.#settings.lengths, seed, room);
    }
    const limit = Math.min(room, sampling.outputLimit ?? room);
    const parts = content.partsOf(seed, limit, this.#host.tokenizer);
    return AnswerPlan.ofParts(sampling, model, parts, content.naturalEnd, seed, room);
  }

  /** Starts the answer if the key of the request may use as many tokens, else says why not. */
  #admit(
    exchange: Exchange,
    generation: Generation,
    prompts: readonly PlannedPrompt[],
    promptAudioTokens: number,
  ): Promise<void> | undefined {
    const { charge } = exchange;
    if (charge === undefined) {
      this.#start(exchange, generation, prompts, promptAudioTokens);
      return undefined;
    }
    const tokens = tokensToCharge(generation, prompts, this.#settings.lengths.tokens);
    return whenCharged(exchange, charge, tokens, () =>
      this.#start(exchange, generation, prompts, promptAudioTokens),
    );
  }

  #start(
    exchange: Exchange,
    generation: Generation,
    prompts: readonly PlannedPrompt[],
    promptAudioTokens: number,
  ): void {
    const { model, sampling, promptParam } = generation;
    let promptTokens = 0;
    let cachedTokens = 0;
    for (const prompt of prompts) {
      promptTokens += prompt.tokens;
      cachedTokens += prompt.cachedTokens;
    }
    const { stop, minTokens, outputLimit = 0 } = sampling;
    const answer = this.#newAnswer(generation, {
      exchange,
      prompts,
      promptParam,
      stop: stop.length === 0 ? undefined : new StopSequences(stop, minTokens),
      usage: {
        promptTokens,
        cachedTokens,
        promptAudioTokens,
        completionTokens: 0,
        reasoningTokens: 0,
      },
      modelLabel: this.#host.modelLabel(model.id),
      outputLimit,
      choicesPerPrompt: sampling.choices,
      window: this.#windowOf(model),
    });
    const placement = new ChoicePlacement(answer, generation, this.#host);
    this.#host.answerStarted(answer);
    try {
      placement.flush(PLACED_AT_ONCE_EVENTS);
    } catch (error) {
      answer.broke(error);
    }
  }

  #newAnswer({ encoder }: Generation, start: AnswerStart): Answer {
    return encoder.isStream
      ? new StreamedAnswer(start, this.#host, encoder)
      : new UnaryAnswer(start, this.#host, encoder);
  }

  /** What model and workers have room for. */
  #windowOf(model: Model): number {
    return Math.min(model.window, this.#settings.tokensPerWorker);
  }

  /** Equal prompts of repeatable requests have equal seeds; any other one has its own. */
  #promptSeed({ model, sampling }: Generation): number {
    const base = combineSeeds(this.#settings.seed, hashText(model.id));
    if (!sampling.repeatable) return combineSeeds(base, this.#requests++);
    const { ids, length } = this.#tokens;
    let prompt = sampling.seed === undefined ? 0 : hashText(String(sampling.seed));
    for (const id of ids.subarray(0, length)) prompt = Math.imul(prompt ^ id, 0x01000193);
    return combineSeeds(base, mix32(prompt));
  }
}
