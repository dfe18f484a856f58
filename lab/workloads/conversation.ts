import { combineSeeds, Rng } from '../../shared/rng.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { AnsweredSource } from '../traces/answered-source.ts';
import { nameSpace } from '../traces/content.ts';
import type { TraceRequest, TraceSource } from '../traces/trace-source.ts';
import { Arrivals } from './arrivals.ts';
import {
  FIRST_TOKENS,
  GAP_SECONDS,
  KEPT_SHARE,
  LATE_TURN,
  LATE_TURN_PACE,
  LATER_GROWTH,
  LATER_REWRITE,
  LONG_NEXT_TURN,
  LONG_PROMPT_TOKENS,
  NEXT_TURN,
  OUTPUT_TOKENS,
  REPEATED_REWRITE,
  RETRY_SHARE,
  REWRITE_PROMPT_TOKENS,
  REWRITTEN_LENGTH,
  SECOND_GROWTH,
  SECOND_REWRITE,
  SHORT_NEXT_TURN,
  SHORT_PROMPT_TOKENS,
  SHORT_REWRITE,
} from './conversation-quantiles.ts';
import { DrawnSession } from './drawn-session.ts';
import { quantileAt } from './draws.ts';
import { count, type ParameterValues, quantity, WorkloadError } from './parameters.ts';

export const conversationParameters = {
  requests: count(12_031, 1, 1e9, 'requests in all'),
  qps: quantity(
    3.8,
    0.001,
    1e6,
    'requests per second in the long run; the first hour, in which sessions only begin, has fewer',
  ),
  batchSeconds: quantity(3, 0, 3600, 'arrivals come together at multiples of this; 0 spreads them'),
  rootTokens: count(512, 0, 65_536, 'tokens that all prompts start with'),
  maxTokens: count(126_195, 1024, 1e6, 'no prompt is longer; a session ends before that'),
};

/** No session has more turns. */
const TURNS_MAX = 100;

const ROOT = nameSpace('conversation root');
const SESSION = nameSpace('conversation');

/**
 * A workload with the statistics of Mooncake's conversation trace: lengths, growth from turn to
 * turn, time between turns, batched arrivals, and how much of a prompt came before. As in a trace,
 * arrivals do not wait for answers.
 */
export function conversationWorkload(
  values: ParameterValues<typeof conversationParameters>,
  seed: number,
): TraceSource {
  return new AnsweredSource(new ConversationSessions(values, seed));
}

/** Turns of a session on average, found by counting a long run. */
const MEAN_TURNS = 1.89;

/** The sessions behind the arrivals: a turn follows the arrival of the one before it. */
class ConversationSessions implements TraceSource {
  readonly #values: ParameterValues<typeof conversationParameters>;
  readonly #seed: number;
  readonly #starts: Arrivals;
  readonly #batchUs: number;
  #sessions = 0;

  readonly #session = new DrawnSession(TURNS_MAX);
  /** How much of what was said before the turn keeps. */
  readonly #keptTokens = new Uint32Array(TURNS_MAX);

  constructor(values: ParameterValues<typeof conversationParameters>, seed: number) {
    if (values.rootTokens >= values.maxTokens) {
      throw new WorkloadError('rootTokens leaves no room for a message below maxTokens');
    }
    const rng = new Rng(seed);
    this.#values = values;
    this.#seed = rng.fork('sessions').u32();
    this.#starts = new Arrivals(rng.fork('starts'), values.qps / MEAN_TURNS, 1);
    this.#batchUs = Math.max(1, Math.round(values.batchSeconds * 1e6));
  }

  next(into: TraceRequest): boolean {
    const session = this.#sessions++;
    this.#draw(session);
    const startUs = this.#starts.next();
    this.#fill(0, timeUs(startUs - (startUs % this.#batchUs)), into);
    return true;
  }

  followUp(session: number, turn: number, endedUs: TimeUs, into: TraceRequest): boolean {
    this.#draw(session);
    const { turns, gapUs } = this.#session;
    if (turn + 1 >= turns) return false;
    this.#fill(turn + 1, timeUs(endedUs + gapUs[turn + 1]!), into);
    return true;
  }

  #fill(turn: number, arrivalUs: TimeUs, into: TraceRequest): void {
    const { number, promptTokens, outputTokens } = this.#session;
    const { content } = into;
    this.#session.fill(turn, arrivalUs, into);
    content.extendNamed(ROOT, 0, this.#values.rootTokens);
    let version = 0;
    for (let at = 0; at <= turn; at++) {
      if (this.#keptTokens[at]! < content.tokens && at > 0) {
        content.cut(this.#keptTokens[at]!);
        version = at;
      }
      const end = promptTokens[at]! + outputTokens[at]!;
      content.extendNamed(SESSION, number, end, version);
    }
  }

  #draw(number: number): void {
    const session = this.#session;
    if (number === session.number) return;
    const { rootTokens, maxTokens } = this.#values;
    const rng = new Rng(combineSeeds(this.#seed, number));
    session.number = number;
    const firstTokens = Math.floor(quantileAt(FIRST_TOKENS, rng.unit()));
    let prompt = Math.min(maxTokens, Math.max(rootTokens + 1, firstTokens));
    let kept = 0;
    let rewrote = false;
    session.turns = 0;
    do {
      const turn = session.turns++;
      const total = prompt + Math.round(quantileAt(OUTPUT_TOKENS, rng.unit()));
      session.promptTokens[turn] = prompt;
      session.outputTokens[turn] = total - prompt;
      this.#keptTokens[turn] = kept;
      session.gapUs[turn] = this.#drawGapUs(rng, turn);
      const rewrites = rewriteChance(turn, prompt, rewrote);
      const kind = rng.unit();
      if (kind < rewrites) {
        const share = quantileAt(KEPT_SHARE, rng.unit());
        if (!rewrote) kept = Math.max(rootTokens, Math.floor(prompt * share));
        prompt = Math.max(kept + 1, Math.round(total * quantileAt(REWRITTEN_LENGTH, rng.unit())));
      } else if (kind < rewrites + RETRY_SHARE) {
        kept = prompt;
      } else {
        kept = total;
        prompt =
          total + Math.round(quantileAt(turn === 0 ? SECOND_GROWTH : LATER_GROWTH, rng.unit()));
      }
      rewrote = kind < rewrites;
    } while (this.#continues(rng, session.turns - 1) && prompt <= maxTokens);
  }

  #continues(rng: Rng, turn: number): boolean {
    if (turn + 1 === TURNS_MAX) return false;
    const draw = rng.unit();
    const prompt = this.#session.promptTokens[turn]!;
    if (prompt < SHORT_PROMPT_TOKENS) return draw < SHORT_NEXT_TURN;
    const chance = NEXT_TURN[Math.min(turn, NEXT_TURN.length - 1)]!;
    return draw < (prompt < LONG_PROMPT_TOKENS ? chance : chance * LONG_NEXT_TURN);
  }

  #drawGapUs(rng: Rng, turn: number): number {
    const pace = turn < LATE_TURN ? 1 : LATE_TURN_PACE;
    const gapUs = quantileAt(GAP_SECONDS, rng.unit()) * pace * 1e6;
    return Math.max(1, Math.round(gapUs / this.#batchUs)) * this.#batchUs;
  }
}

function rewriteChance(turn: number, prompt: number, rewrote: boolean): number {
  if (prompt < REWRITE_PROMPT_TOKENS) return SHORT_REWRITE;
  if (turn === 0) return SECOND_REWRITE;
  return rewrote ? REPEATED_REWRITE : LATER_REWRITE;
}
