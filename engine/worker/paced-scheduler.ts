import { IndexedHeap } from '../../shared/indexed-heap.ts';
import {
  type EventBatch,
  OUTCOME,
  type Outcome,
  type SubmitCommand,
} from '../../shared/protocol.ts';
import { timeUs, ZERO_US } from '../../shared/units.ts';
import type { LatencyModel } from './latency/latency-model.ts';
import { SequenceLatencies } from './latency/sequence-latencies.ts';
import { StepShape } from './latency/step-shape.ts';
import type { Scheduler } from './scheduler.ts';
import type { Slot } from './sequence-table.ts';
import type { WorkerState } from './worker-state.ts';

/** Of a gap, before a token that was predicted. */
const PREDICTED_GAP = 1 / 4;

/**
 * Each sequence on its own clock: a time to first token after its admission, then one gap after
 * another. Tokens are due at absolute times, so that a late worker catches up and lateness never
 * adds up.
 */
export class PacedScheduler implements Scheduler {
  readonly #state: WorkerState;
  readonly #latencies: SequenceLatencies;
  /** What a latency model is asked about. */
  readonly #step = new StepShape(1);
  /** Running sequences by the time at which their next token is due. */
  readonly #due = new IndexedHeap();
  /** When to look at the waiting queue again, or `Infinity`. */
  #admitAtUs = Number.POSITIVE_INFINITY;
  /** Due time of the last effect. */
  #atUs: number = ZERO_US;

  constructor(state: WorkerState) {
    this.#state = state;
    this.#latencies = new SequenceLatencies(state.config);
  }

  nextWakeUs(): number {
    return Math.min(this.#due.peekKey(), this.#admitAtUs);
  }

  enqueued(atUs: number): void {
    this.#admitAtUs = Math.min(this.#admitAtUs, Math.max(atUs, this.#atUs));
  }

  /**
   * The order in time is kept anyway. But a late worker must not turn away what it would have had
   * room for, nor let a sequence pass one that would have been admitted before it came.
   */
  mustAdvanceBefore(command: SubmitCommand): boolean {
    if (this.nextWakeUs() >= command.arrivedUs) return false;
    const { isQueueFull, hasPriorities } = this.#state.admission;
    return isQueueFull || hasPriorities || command.spec.priority !== 0;
  }

  cancel(slot: Slot, outcome: Outcome, atUs: number): void {
    this.#due.remove(slot);
    this.#state.end(slot, outcome, atUs);
    this.enqueued(atUs);
  }

  advance(nowUs: number, horizonUs: number, out: EventBatch): void {
    const untilUs = Math.min(nowUs, horizonUs - 1);
    for (;;) {
      const dueUs = this.#due.peekKey();
      if (dueUs <= this.#admitAtUs) {
        if (dueUs > untilUs || dueUs === Number.POSITIVE_INFINITY) break;
        this.#atUs = dueUs;
        this.#token(this.#due.peek(), dueUs, nowUs, out);
      } else {
        if (this.#admitAtUs > untilUs) break;
        this.#atUs = this.#admitAtUs;
        this.#admitAtUs = Number.POSITIVE_INFINITY;
        this.#admit(this.#atUs);
      }
    }
    out.endUs = timeUs(this.#atUs);
  }

  /** Sequences have clocks of their own: no step is ever under way. */
  reportStep(): void {}

  #admit(atUs: number): void {
    const { admission, config, sequences } = this.#state;
    const { waiting, running } = admission;
    while (running.length < config.maxNumSeqs) {
      const slot = waiting.peek();
      if (slot >= 0 && sequences.arrivedUs[slot]! > atUs) {
        // In real time a message can overtake another: this one is only on its way at this instant.
        this.#admitAtUs = sequences.arrivedUs[slot]!;
        return;
      }
      if (slot < 0 || !admission.tryAdmit(slot, atUs, this.#tokensToHold)) return;
      this.#due.set(slot, this.#firstTokenUs(slot, atUs), sequences.order[slot]!);
    }
  }

  /** When the next token of a sequence that has just been let in is due. */
  #firstTokenUs(slot: Slot, atUs: number): number {
    const { admission, blocks, sequences } = this.#state;
    const sharedUs = this.#sharedUs(slot);
    const uncached = sequences.knownTokens(slot) - sequences.computed[slot]!;
    blocks.expect(slot, uncached);
    const ttftUs = admission.sharesPrefill(slot) ? 0 : this.#ttftUs(slot, uncached);
    return Math.max(atUs + ttftUs, sharedUs);
  }

  #ttftUs(slot: Slot, uncached: number): number {
    const { sequences } = this.#state;
    const own = sequences.ttftUs[slot]!;
    if (own >= 0) return own;
    const step = this.#look();
    step.clear();
    step.addChunk(uncached, sequences.promptTokens[slot]!, sequences.prefillScale[slot]!);
    step.starts = 1;
    return this.#latencies.of(sequences.profile[slot]!).ttftUs(step, sequences.seed, slot);
  }

  /** The gap before token `at` of an answer. */
  #gapUs(slot: Slot, latency: LatencyModel, at: number): number {
    const { sequences } = this.#state;
    const own = sequences.itlUs[slot]!;
    const gapUs = own >= 0 ? own : latency.itlUs(this.#look(), sequences.seed, slot);
    return at < sequences.predictedTokens[slot]! ? Math.round(gapUs * PREDICTED_GAP) : gapUs;
  }

  /** The step as it is on this worker now. */
  #look(): StepShape {
    this.#step.running = this.#state.admission.running.length;
    this.#step.cacheUse = this.#state.blocks.cacheUse;
    return this.#step;
  }

  /**
   * When the last block that a sequence has found is computed, if it is one that another running
   * sequence is computing: with the next token of the first one that refers to it. Else -Infinity.
   */
  #sharedUs(slot: Slot): number {
    const { admission, blocks, sequences, config } = this.#state;
    const at = sequences.computed[slot]! / config.blockSize - 1;
    if (at < 0) return Number.NEGATIVE_INFINITY;
    const block = sequences.blocks[slot]!.at(at);
    if (!blocks.cache.isExpected(block)) return Number.NEGATIVE_INFINITY;
    let sharedUs = Number.POSITIVE_INFINITY;
    for (const other of admission.running) {
      const others = sequences.blocks[other]!;
      const shares = other !== slot && others.length > at && others.at(at) === block;
      if (shares) sharedUs = Math.min(sharedUs, this.#due.keyOf(other));
    }
    return sharedUs;
  }

  /** Everything known, and the token after it: a sequence that is let in gets at least that far. */
  readonly #tokensToHold = (slot: Slot): number => {
    const { sequences } = this.#state;
    return Math.min(sequences.knownTokens(slot) + 1, sequences.placesAtEnd(slot));
  };

  /**
   * The sequence's next token, and with a gap of 0 the ones after it; or the end of its prompt, if
   * that is all it asks for.
   */
  #token(slot: Slot, dueUs: number, nowUs: number, out: EventBatch): void {
    const state = this.#state;
    const { sequences } = state;
    const latency = this.#latencies.of(sequences.profile[slot]!);
    const left = sequences.outputTokens[slot]! - sequences.emitted[slot]!;
    const known = sequences.knownTokens(slot);
    const isFirst = sequences.emitted[slot] === 0;
    // Without gaps the whole answer comes out at once, if there is room for it.
    const hasNoGaps = latency.hasNoGaps && sequences.itlUs[slot]! < 0;
    let count = hasNoGaps && this.#makeRoom(slot, known + left - 1) ? left : 0;
    let gapUs = 0;
    let room = true;
    while (gapUs === 0 && room && count < left) {
      count++;
      if (count === left) break;
      gapUs = this.#gapUs(slot, latency, sequences.emitted[slot]! + count);
      room = this.#makeRoom(slot, known + count);
    }
    // The last token is not computed on, the prompt of no token is.
    const computed = known + Math.max(0, count - 1);
    const isBlockFull = state.compute(slot, computed - sequences.computed[slot]!);
    state.emit(slot, count, nowUs - dueUs, out);
    // Siblings wait for admission from now on; and what waits for room may find its prefix cached.
    if (isFirst || isBlockFull) this.#admitAtUs = dueUs;
    if (sequences.isComplete(slot)) {
      this.#due.remove(slot);
      state.end(slot, OUTCOME.finished, this.#atUs);
      this.#admitAtUs = this.#atUs;
    } else if (room) {
      this.#due.set(slot, dueUs + gapUs, sequences.order[slot]!);
    } else {
      this.#preempt(slot);
    }
  }

  /**
   * Room for `tokens` tokens of `slot`, at the cost of others if need be. False: it must give way.
   */
  #makeRoom(slot: Slot, tokens: number): boolean {
    const { admission, blocks } = this.#state;
    while (!blocks.ensureRoom(slot, tokens)) {
      const victim = admission.victim();
      if (victim === slot) return false;
      this.#preempt(victim);
    }
    return true;
  }

  #preempt(slot: Slot): void {
    this.#due.remove(slot);
    this.#state.admission.preempt(slot, this.#atUs);
    this.#admitAtUs = this.#atUs;
  }
}
