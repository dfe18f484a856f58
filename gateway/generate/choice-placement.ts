import type { Placement } from '../../engine/cluster/request.ts';
import { PolicyError } from '../../engine/router/policy-error.ts';
import { ApiError, apiError } from '../../shared/errors.ts';
import type { WorkerId } from '../../shared/ids.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Answer, AnswerHost } from './answer.ts';
import type { AnswerChoice } from './answer-choice.ts';
import { AnswerHashes, FIRST_TOKENS } from './answer-hashes.ts';
import type { PendingAnswer } from './burst-writer.ts';
import type { Generation } from './generation.ts';
import { unavailable } from './outage.ts';
import { PlacedSequence } from './placed-sequence.ts';

/** What it costs to place a choice, in events, and how many blocks of its prompt cost one more. */
const CHOICE_EVENTS = 4;
const BLOCKS_PER_EVENT = 64;

/**
 * Choices of one answer that workers are at, at most: what the queue of a single worker has room
 * for, so that a great many prompts wait here and are not refused for their number.
 */
const AT_WORK_MAX = 1024;

const NO_HASHES = new Uint32Array(0);

/** What a placement needs of the server around it. */
export interface PlacementHost extends AnswerHost {
  readonly tokenizer: Tokenizer;
  /** See `SubmitCommand`. */
  profileOf(model: string): number;
  noteRouteUs(routeUs: number): void;
  /** A policy of the user's own gave a request no worker. */
  policyFailed(error: PolicyError): void;
  /** While no worker is up, or not this one: the seconds until one is started again. */
  outageS(worker?: WorkerId): number | undefined;
}

/**
 * Submits one sequence for each choice of an answer, those of one prompt to the worker that the
 * router has chosen for the first of them. The first choices are placed at once, all of a usual
 * request; a great many of them, or of a long prompt, in the turns of the event loop that come, and
 * no more than workers have room for.
 */
export class ChoicePlacement implements PendingAnswer {
  readonly #answer: Answer;
  readonly #generation: Generation;
  readonly #host: PlacementHost;
  #next = 0;
  #first: Placement | undefined;

  constructor(answer: Answer, generation: Generation, host: PlacementHost) {
    this.#answer = answer;
    this.#generation = generation;
    this.#host = host;
  }

  flush(events: number): number {
    const { choices, choicesOwed } = this.#answer;
    let room = AT_WORK_MAX - (this.#next - (choices.length - choicesOwed));
    let used = 0;
    while (used < events) {
      if (room-- <= 0) {
        this.#answer.whenOneIsDone(this);
        return used;
      }
      const choice = choices[this.#next++];
      if (choice === undefined || this.#answer.hasEnded) return used;
      used += CHOICE_EVENTS + Math.floor(choice.prompt.blocks / BLOCKS_PER_EVENT);
      this.#place(choice);
    }
    this.#host.writeLater(this);
    return used;
  }

  broke(error: unknown): void {
    this.#answer.broke(error);
  }

  #place(choice: AnswerChoice): void {
    const { prompt, plan } = choice;
    if (plan === prompt.plans[0]) this.#first = undefined;
    const { kind } = this.#host.tokenizer;
    const hashes = prompt.hashes && new AnswerHashes(prompt.hashes, plan, kind);
    const share = Math.ceil(FIRST_TOKENS / this.#answer.choices.length);
    const own = hashes?.first(share, this.#host.scratch) ?? NO_HASHES;
    // Many choices share one list of the prompt's hashes, which may be long.
    const joins = prompt.plans.length === 1;
    const known = joins ? prompt.hashes?.followedBy(own) : prompt.hashes?.hashes;
    const sequence = new PlacedSequence(
      choice,
      this.#generation,
      known ?? prompt.wholeHashes,
      this.#answer.start.exchange.arrivedUs,
      this.#host.profileOf(this.#generation.model.id),
      this.#first,
    );
    const beforeUs = this.#host.nowUs();
    const placement = this.#submit(sequence, choice);
    if (placement instanceof ApiError) {
      this.#answer.fail(placement);
      return;
    }
    if (!joins && own.length > 0) this.#host.cluster.extend(placement.request, own);
    choice.placed(placement.request, hashes?.isComplete ? undefined : hashes);
    if (this.#first !== undefined) return;
    this.#first = placement;
    const routeUs = this.#host.nowUs() - beforeUs;
    this.#host.noteRouteUs(routeUs);
    if (choice.index === 0) this.#answer.routed(placement, routeUs);
  }

  #submit(sequence: PlacedSequence, choice: AnswerChoice): Placement | ApiError {
    try {
      const placement = this.#host.cluster.submit(sequence, choice);
      return placement ?? unavailable('no worker can take it now', this.#host.outageS());
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      this.#host.policyFailed(error);
      return apiError('policy_failed', { reason: error.message });
    }
  }
}
