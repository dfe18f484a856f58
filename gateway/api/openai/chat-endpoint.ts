import { ApiError, apiError, retryAfter } from '../../../shared/errors.ts';
import { type WorkerId, workerId } from '../../../shared/ids.ts';
import { combineSeeds, hashText, mix32 } from '../../../shared/rng.ts';
import type { AnswerStart, ChatAnswer } from '../../generate/answer.ts';
import { FIRST_TOKENS, PromptHashes, wholeHashes } from '../../generate/answer-hashes.ts';
import { AnswerPlan, choiceSeed, type OutputLengths } from '../../generate/answer-plan.ts';
import { ChoicePlacement, type PlacementHost } from '../../generate/choice-placement.ts';
import { contextOverflow, endless, tooLong } from '../../generate/context-limits.ts';
import { StreamedAnswer } from '../../generate/streamed-answer.ts';
import { UnaryAnswer } from '../../generate/unary-answer.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { RequestHead } from '../../http/http-app.ts';
import type { Model, ModelCatalog } from '../../models/model-catalog.ts';
import type { PromptCache } from '../../prompt/prompt-cache.ts';
import type { PromptReader } from '../../prompt/prompt-reader.ts';
import { TenantRoots } from '../../prompt/tenant-roots.ts';
import { randomId, type U32Source } from '../../random-ids.ts';
import { StopSequences } from '../../text/stop-matcher.ts';
import { TokenBuffer } from '../../text/token-buffer.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import { parseJsonObject } from '../json-body.ts';
import type { Route } from '../route.ts';
import { type ChatRequest, parseChatRequest } from './chat-request.ts';

export interface ChatSettings {
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
  readonly fingerprint: string;
}

/** What the endpoint needs of the server around it. */
export interface ChatHost extends PlacementHost {
  readonly models: ModelCatalog;
  readonly tokenizer: Tokenizer;
  readonly random: U32Source;
  readonly prompts: PromptReader;
  readonly promptCache: PromptCache;
  nowS(): number;
  modelLabel(id: string): number;
  /** See `SubmitCommand`. */
  profileOf(model: string): number;
  /** While no worker is up, or not this one: the seconds until one is started again. */
  outageS(worker?: WorkerId): number | undefined;
  promptCacheHit(): void;
  /** An answer is on its way. */
  answerStarted(answer: ChatAnswer): void;
}

/** What the route needs of the server. */
export interface ChatRouteHost {
  readonly chat: ChatEndpoint;
}

export const CHAT_ROUTES: readonly Route<ChatRouteHost>[] = [
  {
    method: 'POST',
    path: '/v1/chat/completions',
    access: 'key',
    generates: true,
    open: ({ chat }) => chat.handle,
  },
];

/** What of a request's head the endpoint looks at. */
interface ChatHead {
  readonly pinned: string;
  readonly session: string;
}

const NO_HASHES = new Uint32Array(0);
/** Eight choices of a usual prompt; the others of a request are placed in later turns. */
const PLACED_AT_ONCE_EVENTS = 32;

/** A request that has passed every check but that of its prompt's length. */
interface Checked {
  readonly request: ChatRequest;
  readonly model: Model;
  readonly pinned: WorkerId | undefined;
}

/** `POST /v1/chat/completions`: parse, plan the answer, place it, and let it run. */
export class ChatEndpoint {
  readonly #settings: ChatSettings;
  readonly #host: ChatHost;
  /** The prompt of the request at hand: used again by the next one. */
  readonly #tokens = new TokenBuffer();
  readonly #roots = new TenantRoots();
  #requests = 0;

  constructor(settings: ChatSettings, host: ChatHost) {
    this.#settings = settings;
    this.#host = host;
  }

  /** The route's handler. */
  readonly handle = (exchange: Exchange, req: RequestHead): void => {
    const head: ChatHead = {
      pinned: req.getHeader('x-fakeai-worker') || req.getHeader('x-worker-instance-id'),
      session: this.#settings.readsSession ? sessionOf(req) : '',
    };
    exchange.readBody((bytes) => this.#read(exchange, head, bytes));
  };

  /** Checks the body and reads the prompt; a long prompt takes several turns of the event loop. */
  #read(exchange: Exchange, head: ChatHead, bytes: Buffer): Promise<void> | undefined {
    const checked = this.#check(head, bytes);
    if (checked instanceof ApiError) {
      exchange.sendError(checked);
      return undefined;
    }
    const { request, model } = checked;
    const { prompts } = this.#host;
    if (!prompts.isShort(bytes.length)) return this.#readInSlices(exchange, head, checked);
    const tokens = this.#emptyTokens(this.#tokens, model);
    const audioTokens = prompts.read(request, model.imageCost, tokens);
    this.#answer(exchange, head, checked, audioTokens);
    return undefined;
  }

  async #readInSlices(exchange: Exchange, head: ChatHead, checked: Checked): Promise<void> {
    const { request, model } = checked;
    const { prompts } = this.#host;
    const own = this.#emptyTokens(new TokenBuffer(), model);
    const isWanted = () => exchange.isOpen;
    const audioTokens = await prompts.readInSlices(request, model.imageCost, own, isWanted);
    if (!exchange.isOpen) return;
    const tokens = this.#emptyTokens(this.#tokens, model);
    tokens.append(own);
    this.#answer(exchange, head, checked, audioTokens);
  }

  /** Emptied, and limited to what a prompt may have. */
  #emptyTokens(tokens: TokenBuffer, model: Model): TokenBuffer {
    const { validatesContext, tokensPerWorker } = this.#settings;
    tokens.clear();
    tokens.limit = validatesContext ? this.#windowOf(model) : tokensPerWorker;
    return tokens;
  }

  #check(head: ChatHead, bytes: Buffer): Checked | ApiError {
    const body = parseJsonObject(bytes);
    if (body instanceof ApiError) return body;
    const request = parseChatRequest(body);
    if (request instanceof ApiError) return request;
    const model = this.#host.models.use(request.model, this.#host.nowS());
    if (model === undefined) return apiError('model_not_found', { model: request.model }, MODEL);
    const pinned = this.#pinned(request, head);
    return pinned instanceof ApiError ? pinned : { request, model, pinned };
  }

  readonly #unavailable = (): ApiError =>
    unavailable('no worker can take it now', this.#host.outageS());

  /** Answers the prompt that is in the token buffer. */
  #answer(exchange: Exchange, head: ChatHead, checked: Checked, audioTokens: number): void {
    const problem = this.#plan(exchange, head, checked, audioTokens);
    if (problem !== undefined) exchange.sendError(problem);
  }

  #plan(
    exchange: Exchange,
    head: ChatHead,
    { request, model, pinned }: Checked,
    audioTokens: number,
  ): ApiError | undefined {
    const tokens = this.#tokens;
    const promptTokens = tokens.length;
    if (tokens.isFull) return endless(this.#windowOf(model), tokens.limit + 1);
    if (this.#settings.validatesContext) {
      const overflow = contextOverflow(request, model, promptTokens);
      if (overflow !== undefined) return overflow;
    }
    const root = this.#roots.of(request.model, request.cacheSalt);
    const promptCacheTokens = this.#host.promptCache.use(tokens, root);
    if (promptCacheTokens > 0) this.#host.promptCacheHit();
    const seed = this.#requestSeed(request, model);
    const plans = this.#plans(request, model, promptTokens, seed);
    if (plans instanceof ApiError) return plans;
    const answer = this.#newAnswer(request, {
      exchange,
      head: {
        id: randomId('chatcmpl-', this.#host.random),
        createdS: this.#host.nowS(),
        modelJson: model.idJson,
        fingerprint: this.#settings.fingerprint,
      },
      plans,
      stop: request.stop.length === 0 ? undefined : stopSequences(request),
      usage: {
        promptTokens,
        cachedTokens: promptCacheTokens,
        promptAudioTokens: audioTokens,
        completionTokens: 0,
        reasoningTokens: 0,
      },
      modelLabel: this.#host.modelLabel(model.id),
      outputLimit: request.outputLimit ?? 0,
      window: this.#windowOf(model),
    });
    const { blockSize, kvEnabled, readsSession } = this.#settings;
    const { kind } = this.#host.tokenizer;
    const [only] = plans;
    const isWhole = only !== undefined && plans.length === 1 && only.tokens <= FIRST_TOKENS;
    const isHashed = kvEnabled && isWhole;
    const placement = new ChoicePlacement(
      answer,
      {
        promptBlocks: kvEnabled ? Math.floor(promptTokens / blockSize) : 0,
        prompt: kvEnabled && !isWhole ? new PromptHashes(tokens, blockSize, root) : undefined,
        hashes: isHashed ? wholeHashes(tokens, only, kind, blockSize, root) : NO_HASHES,
        kind,
        pinned,
        sessionKey: readsSession ? sessionKey(request, head) : undefined,
        priority: request.priority,
        profile: this.#host.profileOf(request.model),
        unavailable: this.#unavailable,
      },
      this.#host,
    );
    this.#host.answerStarted(answer);
    try {
      placement.flush(PLACED_AT_ONCE_EVENTS);
    } catch (error) {
      answer.broke(error);
    }
    return undefined;
  }

  /** One plan for each choice, all of which must have room on a worker. */
  #plans(
    request: ChatRequest,
    model: Model,
    promptTokens: number,
    seed: number,
  ): readonly AnswerPlan[] | ApiError {
    const { lengths, tokensPerWorker } = this.#settings;
    const room = model.window - promptTokens;
    const plans: AnswerPlan[] = [];
    for (let choice = 0; choice < request.choices; choice++) {
      const plan = new AnswerPlan(request, model, lengths, choiceSeed(seed, choice), room);
      // The last token of an answer is never computed on, so it takes no place in the cache.
      if (promptTokens + plan.tokens - 1 > tokensPerWorker) {
        return tooLong(this.#windowOf(model), promptTokens, plan.tokens);
      }
      plans.push(plan);
    }
    return plans;
  }

  /** What model and workers have room for. */
  #windowOf(model: Model): number {
    return Math.min(model.window, this.#settings.tokensPerWorker);
  }

  #newAnswer(request: ChatRequest, start: AnswerStart): ChatAnswer {
    return request.stream
      ? new StreamedAnswer(start, this.#host, request.usageMode)
      : new UnaryAnswer(start, this.#host);
  }

  /** Equal repeatable requests have equal seeds; any other request has one of its own. */
  #requestSeed(request: ChatRequest, model: Model): number {
    const base = combineSeeds(this.#settings.seed, hashText(model.id));
    if (!request.repeatable) return combineSeeds(base, this.#requests++);
    const { ids, length } = this.#tokens;
    let prompt = request.seed === undefined ? 0 : hashText(String(request.seed));
    for (const id of ids.subarray(0, length)) prompt = Math.imul(prompt ^ id, 0x01000193);
    return combineSeeds(base, mix32(prompt));
  }

  #pinned(request: ChatRequest, head: ChatHead): WorkerId | undefined | ApiError {
    if (head.pinned === '' && request.pinnedWorker === undefined) return undefined;
    const got = head.pinned === '' ? String(request.pinnedWorker) : head.pinned;
    const { workers } = this.#settings;
    const digits = /^(?:worker-)?(\d{1,3})$/.exec(got)?.[1];
    if (digits === undefined || Number(digits) >= workers) {
      const expected = workers === 1 ? 'worker-0' : `worker-0 to worker-${workers - 1}`;
      return apiError('worker_not_found', { got, expected });
    }
    const worker = workerId(Number(digits));
    const seconds = this.#host.outageS(worker);
    return seconds === undefined ? worker : unavailable(`worker-${worker} is down`, seconds);
  }
}

const MODEL = { param: 'model' };

function sessionOf(req: RequestHead): string {
  return (
    req.getHeader('x-session-id') ||
    req.getHeader('x-dynamo-session-id') ||
    req.getHeader('x-correlation-id')
  );
}

function sessionKey(request: ChatRequest, head: ChatHead): number | undefined {
  const said = head.session || request.promptCacheKey || request.user || '';
  return said === '' ? undefined : hashText(said);
}

function stopSequences(request: ChatRequest): StopSequences {
  return new StopSequences(request.stop, request.minTokens);
}

/** Without an outage, what is in the way may be over soon. */
function unavailable(reason: string, outageSeconds = 1): ApiError {
  const headers = retryAfter(outageSeconds);
  return apiError('service_unavailable', { reason }, { headers });
}
