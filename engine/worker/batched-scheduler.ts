import { assert } from '../../shared/assert.ts';
import {
  type EventBatch,
  type LoadReport,
  OUTCOME,
  type Outcome,
  type SubmitCommand,
} from '../../shared/protocol.ts';
import { timeUs, ZERO_US } from '../../shared/units.ts';
import { createLatencyModel } from './latency/create-latency-model.ts';
import type { LatencyModel } from './latency/latency-model.ts';
import { StepShape } from './latency/step-shape.ts';
import type { Scheduler } from './scheduler.ts';
import { type Slot, STAGE } from './sequence-table.ts';
import type { WorkerState } from './worker-state.ts';

/** Tokens of one sequence in a step, where they were predicted. */
const PREDICTED_AT_ONCE = 4;

/**
 * Steps as vLLM takes them: in each, every running sequence gets its next token or a chunk of its
 * prompt out of a budget of tokens, and what budget is left admits waiting sequences. The step's
 * duration follows from what is in it; nothing of it is visible before it ends.
 *
 * Steps that only give each running sequence its next token are all alike until a block fills up,
 * a sequence ends or something comes from outside, so that k of them are planned as one.
 */
export class BatchedScheduler implements Scheduler {
  readonly #state: WorkerState;
  readonly #latency: LatencyModel;
  readonly #maxEqualSteps: number;
  /** End of the step under way, or `Infinity` when there is none. */
  #stepEndUs = Number.POSITIVE_INFINITY;
  /** Equal steps that the one under way stands for, and how long each takes. */
  #steps = 1;
  #stepUs: number = ZERO_US;
  /** When to plan a step while none is under way, or `Infinity`. */
  #planAtUs = Number.POSITIVE_INFINITY;
  /** Time of the last effect. */
  #atUs: number = ZERO_US;

  // The step being planned: what it holds, and what is left of its budget.
  readonly #step: StepShape;
  #budget = 0;
  #preempted = false;
  /** Some sequence gets several tokens. */
  #predicts = false;

  /** `maxEqualSteps` 1 takes every step by itself; the results are the same. */
  constructor(state: WorkerState, maxEqualSteps = Number.POSITIVE_INFINITY) {
    const { latency, maxNumSeqs } = state.config;
    this.#state = state;
    this.#latency = createLatencyModel(latency, maxNumSeqs);
    this.#step = new StepShape(maxNumSeqs);
    this.#maxEqualSteps = maxEqualSteps;
  }

  nextWakeUs(): number {
    return Math.min(this.#stepEndUs, this.#planAtUs);
  }

  enqueued(atUs: number): void {
    if (this.#stepEndUs === Number.POSITIVE_INFINITY) {
      this.#planAtUs = Math.min(this.#planAtUs, Math.max(atUs, this.#atUs));
    } else {
      this.#cutShort(atUs);
    }
  }

  /** No step may hold what had not arrived when it began. */
  mustAdvanceBefore(command: SubmitCommand): boolean {
    return this.nextWakeUs() < command.arrivedUs;
  }

  cancel(slot: Slot, outcome: Outcome, atUs: number): void {
    const { sequences } = this.#state;
    if (sequences.stage[slot] === STAGE.running) {
      sequences.endAfterStep(slot, outcome);
      this.#cutShort(atUs);
    } else {
      this.#state.end(slot, outcome, atUs);
      this.enqueued(atUs);
    }
  }

  advance(nowUs: number, horizonUs: number, out: EventBatch): void {
    if (this.#stepEndUs !== Number.POSITIVE_INFINITY) {
      this.#atUs = this.#stepEndUs;
      this.#stepEndUs = Number.POSITIVE_INFINITY;
      this.#apply(nowUs - this.#atUs, out);
    } else {
      this.#atUs = this.#planAtUs;
    }
    out.endUs = timeUs(this.#atUs);
    this.#planAtUs = Number.POSITIVE_INFINITY;
    this.#plan(horizonUs);
  }

  reportStep(load: LoadReport, atUs: number): void {
    const isUnderWay = this.#stepEndUs !== Number.POSITIVE_INFINITY;
    load.stepPrefillTokens = isUnderWay ? this.#step.chunkTokens : 0;
    load.stepLengthUs = isUnderWay ? this.#stepUs : 0;
    load.stepLeftUs = isUnderWay ? this.#stepEndUs - atUs : 0;
    // Of equal steps that are planned as one, the first to end is under way.
    if (isUnderWay && this.#steps > 1 && this.#stepUs > 0)
      load.stepLeftUs = ((load.stepLeftUs - 1) % this.#stepUs) + 1;
  }

  /**
   * Something came from outside: of the equal steps under way, those that begin after `atUs` are
   * not equal any more. Nothing of them is visible yet, so they are as good as never planned.
   */
  #cutShort(atUs: number): void {
    if (this.#steps === 1) return;
    const startUs = this.#stepEndUs - this.#steps * this.#stepUs;
    this.#steps = Math.min(this.#steps, Math.max(1, Math.ceil((atUs - startUs) / this.#stepUs)));
    this.#stepEndUs = startUs + this.#steps * this.#stepUs;
  }

  /** The step has ended: its tokens come out, its full blocks become matchable. */
  #apply(lateUs: number, out: EventBatch): void {
    const state = this.#state;
    const { sequences } = state;
    const { running } = state.admission;
    out.steps = this.#steps;
    out.stepUs = timeUs(this.#stepUs);
    for (let i = 0; i < running.length; ) {
      const slot = running[i]!;
      const tokens = sequences.scheduled[slot]! * this.#steps;
      const known = sequences.knownTokens(slot);
      if (tokens > 0) state.compute(slot, tokens);
      const ending = sequences.endingOf(slot);
      if (ending !== undefined) {
        state.end(slot, ending, this.#atUs);
        continue;
      }
      const count = sequences.computed[slot]! - known + 1;
      if (tokens > 0 && count > 0) {
        state.emit(slot, Math.min(count, sequences.outputTokens[slot]!), lateUs, out);
      }
      if (sequences.isComplete(slot)) state.end(slot, OUTCOME.finished, this.#atUs);
      else i++;
    }
  }

  #plan(horizonUs: number): void {
    const { admission, blocks, config } = this.#state;
    const { running } = admission;
    const step = this.#step;
    this.#budget = config.maxNumBatchedTokens;
    this.#preempted = false;
    this.#predicts = false;
    step.clear();
    this.#scheduleRunning();
    if (this.#preempted) this.#countAgain();
    else this.#admitWaiting();
    if (running.length === 0) {
      this.#planWhenNextArrives();
      return;
    }
    step.running = running.length;
    step.cacheUse = blocks.cacheUse;
    this.#stepUs = this.#latency.stepUs(step);
    this.#steps = this.#equalSteps(horizonUs);
    this.#stepEndUs = this.#atUs + this.#steps * this.#stepUs;
  }

  /** Nothing runs: all that waits, if anything, is only on its way at this instant. */
  #planWhenNextArrives(): void {
    const { admission, sequences } = this.#state;
    const slot = admission.waiting.peek();
    if (slot < 0) return;
    this.#planAtUs = sequences.arrivedUs[slot]!;
    assert(this.#planAtUs > this.#atUs, 'an empty worker has room for every sequence it took in');
  }

  /** Gives running sequences their tokens, in order; when blocks run out, some have to give way. */
  #scheduleRunning(): void {
    const { admission, blocks, sequences } = this.#state;
    const { running } = admission;
    for (let i = 0; i < running.length; ) {
      const slot = running[i]!;
      const computed = sequences.computed[slot]!;
      const uncached = sequences.knownTokens(slot) - computed;
      const wanted = uncached + this.#predicted(slot, uncached);
      const tokens = Math.min(wanted, this.#budget);
      if (tokens === 0) {
        sequences.scheduled[slot] = 0;
        i++;
      } else if (blocks.ensureRoom(slot, computed + tokens)) {
        this.#schedule(slot, uncached, wanted);
        i++;
      } else if (this.#preemptWorst(i) < i) {
        i--;
      }
    }
  }

  /**
   * Makes room at the cost of the worst running sequence, wherever it stands, which gives back what
   * it had of this step. Returns where on the list it stood.
   */
  #preemptWorst(asking: number): number {
    const { admission, sequences } = this.#state;
    const victim = admission.victim();
    const tokens = sequences.scheduled[victim]!;
    const at = admission.preempt(victim, this.#atUs);
    if (at < asking) this.#budget += tokens;
    this.#preempted = true;
    return at;
  }

  #admitWaiting(): void {
    const { admission, sequences, config } = this.#state;
    const { running, waiting } = admission;
    while (running.length < config.maxNumSeqs && this.#budget > 0) {
      const slot = waiting.peek();
      if (slot < 0 || sequences.arrivedUs[slot]! > this.#atUs) return;
      if (!admission.tryAdmit(slot, this.#atUs, this.#tokensToHold)) return;
      this.#step.starts++;
      const uncached = sequences.knownTokens(slot) - sequences.computed[slot]!;
      this.#schedule(slot, uncached, uncached);
    }
  }

  /** Tokens that a step can give a sequence besides its next one, since they were predicted. */
  #predicted(slot: Slot, uncached: number): number {
    const { sequences } = this.#state;
    const predicted = sequences.predictedTokens[slot]!;
    if (predicted === 0) return 0;
    const emitted = sequences.emitted[slot]!;
    if (uncached !== 1 || emitted === 0) return 0;
    const left = Math.min(predicted, sequences.outputTokens[slot]!) - emitted - 1;
    return Math.max(0, Math.min(PREDICTED_AT_ONCE - 1, left));
  }

  /** A sequence is let in when there is room for the chunk that this step computes of it. */
  readonly #tokensToHold = (slot: Slot, cached: number): number =>
    cached + Math.min(this.#state.sequences.knownTokens(slot) - cached, this.#budget);

  /** Gives a sequence as many of the tokens that it wants as the budget has left. */
  #schedule(slot: Slot, uncached: number, wanted: number): void {
    const tokens = Math.min(wanted, this.#budget);
    if (tokens > uncached) this.#predicts = true;
    this.#state.sequences.scheduled[slot] = tokens;
    this.#budget -= tokens;
    if (this.#count(slot, uncached, tokens)) this.#state.blocks.expect(slot, tokens);
  }

  /** Adds the tokens of a sequence to what the step holds. True if they are prefill. */
  #count(slot: Slot, uncached: number, tokens: number): boolean {
    const { sequences } = this.#state;
    if (uncached === 1 && sequences.emitted[slot]! > 0) {
      this.#step.decodes++;
      return false;
    }
    const { promptTokens, prefillScale } = sequences;
    this.#step.addChunk(tokens, promptTokens[slot]!, prefillScale[slot]!);
    return true;
  }

  /** Counts what the step holds once more, without those that had tokens of it and gave way. */
  #countAgain(): void {
    const { admission, sequences } = this.#state;
    this.#step.clear();
    for (const slot of admission.running) {
      const tokens = sequences.scheduled[slot]!;
      const uncached = sequences.knownTokens(slot) - sequences.computed[slot]!;
      if (tokens > 0) this.#count(slot, uncached, tokens);
    }
  }

  /** How many steps from now on are just like this one and end before `horizonUs`; at least 1. */
  #equalSteps(horizonUs: number): number {
    const { admission, sequences, config } = this.#state;
    const { running } = admission;
    const { starts, decodes } = this.#step;
    if (starts > 0 || decodes < running.length || this.#preempted || this.#predicts) return 1;
    let steps = Math.ceil((horizonUs - this.#atUs) / this.#stepUs) - 1;
    steps = Math.min(steps, this.#maxEqualSteps);
    for (let i = 0; i < running.length && steps > 1; i++) {
      const slot = running[i]!;
      const room = sequences.blocks[slot]!.length * config.blockSize - sequences.computed[slot]!;
      const left = sequences.outputTokens[slot]! - sequences.emitted[slot]!;
      steps = Math.min(steps, room, left);
    }
    return Math.max(1, steps);
  }
}
