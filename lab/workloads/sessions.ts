import { combineSeeds, Rng } from '../../shared/rng.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { nameSpace } from '../traces/content.ts';
import type { TraceRequest, TraceSource } from '../traces/trace-source.ts';
import { Arrivals } from './arrivals.ts';
import { DrawnSession } from './drawn-session.ts';
import { drawGeometric, drawLogNormal, drawTokens } from './draws.ts';
import {
  arrivalParameters,
  count,
  type ParameterValues,
  quantity,
  WorkloadError,
} from './parameters.ts';

/** No session has more turns. */
const TURNS_MAX = 1000;

/** Defaults: people who chat. */
export const multiTurnParameters = {
  ...arrivalParameters,
  qps: quantity(4, 0, 1e6, 'requests per second on average; 0 starts all sessions at once'),
  cv: quantity(1, 0, 100, 'variation of the gaps between starts of sessions; 1 is Poisson'),
  groups: count(1, 1, 1e6, 'different system prompts; a session has one of them'),
  systemTokens: count(512, 0, 1e6, 'tokens of a system prompt'),
  firstTokens: quantity(400, 1, 1e6, 'mean tokens of the first message'),
  turnTokens: quantity(80, 1, 1e6, 'mean tokens of each later message, or of a tool result'),
  inputCv: quantity(1, 0, 5, 'variation of the messages'),
  outputTokens: quantity(300, 1, 1e6, 'mean tokens of an answer'),
  outputCv: quantity(0.8, 0, 5, 'variation of the answers'),
  turns: quantity(4, 1, TURNS_MAX, 'mean turns of a session; their number is geometric'),
  thinkSeconds: quantity(30, 0, 1e6, 'mean time from an answer to the next message'),
  thinkCv: quantity(1, 0, 5, 'variation of that time'),
  maxTokens: count(131_072, 2, 1e6, 'a session ends before prompt and answer exceed this'),
};

/** Defaults: coding agents that call tools in a loop. */
export const agenticParameters = {
  ...multiTurnParameters,
  groups: count(8, 1, 1e6, 'different agents; each has its own tools and instructions'),
  systemTokens: count(12_000, 0, 1e6, 'tokens of the instructions and tool descriptions'),
  firstTokens: quantity(1500, 1, 1e6, 'mean tokens of the task'),
  turnTokens: quantity(1800, 1, 1e6, 'mean tokens of a tool result'),
  inputCv: quantity(1.5, 0, 5, 'variation of tasks and tool results'),
  outputTokens: quantity(250, 1, 1e6, 'mean tokens of a step: reasoning and the call'),
  turns: quantity(15, 1, TURNS_MAX, 'mean steps of a task; their number is geometric'),
  thinkSeconds: quantity(2, 0, 1e6, 'mean time that a tool takes'),
};

const SYSTEM = nameSpace('session system prompt');
const SESSION = nameSpace('session');

/**
 * Sessions whose next prompt is all that was said before, the last answer included, and a new
 * message. Only the first turn arrives by itself; each later one arrives a think time after the
 * answer before it. A session is drawn anew from its number whenever it is asked for, so open
 * sessions take no memory.
 */
export class SessionWorkload implements TraceSource {
  readonly #values: ParameterValues<typeof multiTurnParameters>;
  readonly #seed: number;
  readonly #arrivals: Arrivals;
  #sessions = 0;

  readonly #session = new DrawnSession(TURNS_MAX);
  /** Its system prompt. */
  #group = 0;

  constructor(values: ParameterValues<typeof multiTurnParameters>, seed: number) {
    if (values.systemTokens > values.maxTokens - 2) {
      throw new WorkloadError('systemTokens leaves no room for a message below maxTokens');
    }
    const rng = new Rng(seed);
    this.#values = values;
    this.#seed = rng.fork('sessions').u32();
    this.#arrivals = new Arrivals(rng.fork('arrivals'), values.qps / values.turns, values.cv);
  }

  next(into: TraceRequest): boolean {
    const session = this.#sessions++;
    this.#draw(session);
    this.#fill(0, this.#arrivals.next(), into);
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
    this.#session.fill(turn, arrivalUs, into);
    into.content.extendNamed(SYSTEM, this.#group, this.#values.systemTokens);
    into.content.extendNamed(SESSION, this.#session.number, into.promptTokens + into.outputTokens);
  }

  #draw(number: number): void {
    const session = this.#session;
    if (number === session.number) return;
    const values = this.#values;
    const rng = new Rng(combineSeeds(this.#seed, number));
    session.number = number;
    this.#group = rng.below(values.groups);
    const turns = drawGeometric(rng, values.turns, TURNS_MAX);
    let before = values.systemTokens;
    session.turns = 0;
    for (let turn = 0; turn < turns; turn++) {
      const mean = turn === 0 ? values.firstTokens : values.turnTokens;
      // The first turn is cut to fit; a later one that does not fit ends the session.
      const room = turn === 0 ? values.maxTokens - before : values.maxTokens;
      const message = drawTokens(rng, mean, values.inputCv, room - 1);
      const answerRoom = turn === 0 ? room - message : room;
      const output = drawTokens(rng, values.outputTokens, values.outputCv, answerRoom);
      const thinkUs = drawLogNormal(rng, values.thinkSeconds * 1e6, values.thinkCv);
      const prompt = before + message;
      if (prompt + output > values.maxTokens) return;
      session.promptTokens[turn] = prompt;
      session.outputTokens[turn] = output;
      session.gapUs[turn] = Math.round(thinkUs);
      session.turns = turn + 1;
      before = prompt + output;
    }
  }
}
