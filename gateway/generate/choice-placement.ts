import type { Placement } from '../../engine/cluster/request.ts';
import type { ApiError } from '../../shared/errors.ts';
import { NO_REQUEST, type WorkerId } from '../../shared/ids.ts';
import { timeUs } from '../../shared/units.ts';
import type { PendingAnswer } from '../burst-writer.ts';
import type { TokenizerKind } from '../text/tokenizer.ts';
import type { AnswerHost, ChatAnswer } from './answer.ts';
import type { AnswerChoice } from './answer-choice.ts';
import { AnswerHashes, FIRST_TOKENS, type PromptHashes } from './answer-hashes.ts';

/** What it costs to place a choice, in events, and how many blocks of its prompt cost one more. */
const CHOICE_EVENTS = 4;
const BLOCKS_PER_EVENT = 64;

const NO_HASHES = new Uint32Array(0);

/** What a placement needs of the server around it. */
export interface PlacementHost extends AnswerHost {
  noteRouteUs(routeUs: number): void;
}

/** What the sequences of an answer have in common. */
export interface PlacementRequest {
  /** Full blocks of the prompt; 0 where nothing is cached. */
  readonly promptBlocks: number;
  /** From which the hashes of each choice are made; undefined where `hashes` are all. */
  readonly prompt: PromptHashes | undefined;
  /** Of prompt and answer, where that is a single short one. */
  readonly hashes: Uint32Array;
  readonly kind: TokenizerKind;
  readonly pinned: WorkerId | undefined;
  readonly sessionKey: number | undefined;
  readonly priority: number;
  readonly profile: number;
  /** The error if no worker can take it. */
  readonly unavailable: () => ApiError;
}

/**
 * Submits one sequence for each choice of an answer, all to the worker that the router has chosen
 * for the first. That one is placed at once, and so are the others of a usual request; a great many
 * of them, or of a long prompt, are placed in the turns of the event loop that come.
 */
export class ChoicePlacement implements PendingAnswer {
  readonly #answer: ChatAnswer;
  readonly #request: PlacementRequest;
  readonly #host: PlacementHost;
  #next = 0;
  #first: Placement | undefined;

  constructor(answer: ChatAnswer, request: PlacementRequest, host: PlacementHost) {
    this.#answer = answer;
    this.#request = request;
    this.#host = host;
  }

  flush(events: number): number {
    const { choices } = this.#answer;
    const cost = CHOICE_EVENTS + Math.floor(this.#request.promptBlocks / BLOCKS_PER_EVENT);
    let used = 0;
    for (; used < events; used += cost) {
      const choice = choices[this.#next++];
      if (choice === undefined || this.#answer.hasEnded) return used;
      this.#place(choice);
    }
    this.#host.writeLater(this);
    return used;
  }

  broke(error: unknown): void {
    this.#answer.broke(error);
  }

  #place(choice: AnswerChoice): void {
    const { prompt, promptBlocks, kind, pinned, sessionKey, priority, profile, unavailable } =
      this.#request;
    const { exchange, usage } = this.#answer.start;
    const { plan } = choice;
    const { length: choices } = this.#answer.choices;
    const hashes = prompt && new AnswerHashes(prompt, plan, kind);
    const own = hashes?.first(Math.ceil(FIRST_TOKENS / choices), this.#host.scratch) ?? NO_HASHES;
    // Many choices share one list of the prompt's hashes, which may be long.
    const joins = choices === 1;
    const sequence = {
      hashes: (joins ? prompt?.followedBy(own) : prompt?.hashes) ?? this.#request.hashes,
      promptBlocks,
      promptTokens: usage.promptTokens,
      sessionKey,
      pinned: this.#first?.worker ?? pinned,
      arrivedUs: timeUs(exchange.arrivedUs),
      outputTokens: plan.tokens,
      priority,
      seed: plan.seed,
      prefillScale: usage.cachedTokens > 0 ? 0.5 : 1,
      profile,
      siblingOf: this.#first?.request ?? NO_REQUEST,
    };
    const beforeUs = this.#host.nowUs();
    const placement = this.#host.cluster.submit(sequence, choice);
    if (placement === undefined) {
      this.#answer.fail(unavailable());
      return;
    }
    if (!joins && own.length > 0) this.#host.cluster.extend(placement.request, own);
    choice.placed(placement.request, hashes?.isComplete ? undefined : hashes);
    if (this.#first !== undefined) return;
    this.#first = placement;
    const routeUs = this.#host.nowUs() - beforeUs;
    this.#host.noteRouteUs(routeUs);
    this.#answer.routed(placement, routeUs);
  }
}
