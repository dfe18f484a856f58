import { assert } from '../../shared/assert.ts';
import { NO_REQUEST } from '../../shared/ids.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import {
  OUTCOME,
  type Outcome,
  type SubmitCommand,
  type WorkerConfig,
} from '../../shared/protocol.ts';
import type { LoadMeter } from './load-meter.ts';
import type { SequenceBlocks } from './sequence-blocks.ts';
import { NO_SLOT, placesAtEnd, type SequenceTable, type Slot, STAGE } from './sequence-table.ts';
import { SiblingGroups } from './sibling-groups.ts';
import { WaitTally } from './wait-tally.ts';

/**
 * Who gets in: which sequences a worker takes, who of them waits and who runs, and who gives way
 * when blocks run out. When that is asked is up to the scheduler.
 */
export class Admission {
  /** Waiting sequences by (priority, order of arrival); a preempted one keeps its place. */
  readonly waiting = new IndexedHeap();
  /** Running sequences in order of admission. */
  readonly running: Slot[] = [];
  /** How long sequences wait, those included that are held for a sibling. */
  readonly waits = new WaitTally();
  readonly #config: WorkerConfig;
  readonly #sequences: SequenceTable;
  readonly #blocks: SequenceBlocks;
  readonly #meter: LoadMeter;
  readonly #siblings = new SiblingGroups();
  #hasPriorities = false;

  constructor(
    config: WorkerConfig,
    sequences: SequenceTable,
    blocks: SequenceBlocks,
    meter: LoadMeter,
  ) {
    this.#config = config;
    this.#sequences = sequences;
    this.#blocks = blocks;
    this.#meter = meter;
  }

  /** True when as many sequences wait as may, besides those for which there is a slot. */
  get isQueueFull(): boolean {
    const slotsFree = Math.max(0, this.#config.maxNumSeqs - this.running.length);
    return this.waits.waiting >= this.#config.maxWaiting + slotsFree;
  }

  /** True once a sequence of another priority than 0 was taken in. */
  get hasPriorities(): boolean {
    return this.#hasPriorities;
  }

  /** True when another one has done the prefill of `slot`: its first token is due at admission. */
  sharesPrefill(slot: Slot): boolean {
    return this.#siblings.sharesPrefill(slot);
  }

  /** Why a sequence is not taken in now, if it is not. */
  refusalOf(command: SubmitCommand): Outcome | undefined {
    const tokens = placesAtEnd(command.spec.promptTokens, command.spec.outputTokens);
    if (this.#blocks.blocksOf(tokens) > this.#config.numBlocks) return OUTCOME.tooLong;
    return this.isQueueFull ? OUTCOME.queueFull : undefined;
  }

  /** Takes a sequence in as number `order`. True when it waits now, false when it is held. */
  enqueue(command: SubmitCommand, order: number): boolean {
    if (command.spec.priority !== 0) this.#hasPriorities = true;
    const slot = this.#sequences.add(command, order);
    this.waits.begin(slot, command.arrivedUs);
    this.#meter.pendPrefill(slot, command.spec.promptTokens - command.expectedCachedTokens);
    if (this.#hold(slot, command)) return false;
    this.#await(slot);
    return true;
  }

  /**
   * Admits a waiting sequence if there is room for as many of its tokens as `tokensFor` says, given
   * how many are cached. Returns whether it runs now; `computed` is then its hit.
   */
  tryAdmit(slot: Slot, atUs: number, tokensFor: (slot: Slot, cached: number) => number): boolean {
    const sequences = this.#sequences;
    const hit = this.#blocks.tryHold(slot, tokensFor);
    if (hit < 0) return false;
    this.#stopWaiting(slot);
    this.waits.end(slot, atUs);
    this.running.push(slot);
    sequences.stage[slot] = STAGE.running;
    const known = sequences.knownTokens(slot);
    const cached = sequences.computed[slot]!;
    const isFirst = sequences.admittedUs[slot]! < 0;
    if (isFirst) {
      assert(atUs >= sequences.arrivedUs[slot]!, 'no request is admitted before it has arrived');
      sequences.admittedUs[slot] = atUs;
      sequences.cachedTokens[slot] = cached;
    }
    this.#meter.admitted(hit, this.#blocks.blocksOf(known) - hit, isFirst);
    this.#meter.pendPrefill(slot, known - cached);
    return true;
  }

  /**
   * The running sequence that gives way when blocks run out, as under vLLM's priority policy: of
   * the worst priority, the one that came last. So the best one always gets on.
   */
  victim(): Slot {
    const { priority, order } = this.#sequences;
    let worst = this.running[0]!;
    for (const slot of this.running) {
      const worse = priority[slot]! - priority[worst]!;
      if (worse > 0 || (worse === 0 && order[slot]! > order[worst]!)) worst = slot;
    }
    return worst;
  }

  /**
   * Takes the blocks from a running sequence; it waits at its old place and will be recomputed.
   * Returns where on the list of running ones it was.
   */
  preempt(slot: Slot, atUs: number): number {
    this.#meter.preempted();
    this.waits.begin(slot, atUs);
    const at = this.#stopRunning(slot);
    this.#blocks.release(slot);
    this.#sequences.scheduled[slot] = 0;
    this.#siblings.unshare(slot);
    this.#meter.pendPrefill(slot, this.#sequences.knownTokens(slot));
    this.#await(slot);
    return at;
  }

  /** The first token of a sequence comes out: its siblings wait for admission from now on. */
  prefilled(slot: Slot): void {
    for (const sibling of this.#siblings.release(slot, true)) this.#await(sibling);
  }

  /** A sequence ends, at whatever stage it is. */
  leave(slot: Slot, atUs: number): void {
    const stage = this.#sequences.stage[slot];
    assert(stage !== STAGE.free, 'only a sequence that lives can end');
    if (stage === STAGE.running) {
      this.#stopRunning(slot);
      this.#blocks.release(slot);
    } else {
      this.waits.end(slot, atUs);
      if (stage === STAGE.waiting) this.#stopWaiting(slot);
    }
    this.#meter.pendPrefill(slot, 0);
    for (const sibling of this.#siblings.release(slot, false)) this.#await(sibling);
    this.#siblings.forget(slot);
  }

  /** Lets a sibling wait for the sequence whose prefill it shares. False if there is none. */
  #hold(slot: Slot, command: SubmitCommand): boolean {
    if (command.siblingOf === NO_REQUEST) return false;
    const first = this.#sequences.find(command.siblingOf);
    if (first === NO_SLOT || this.#sequences.emitted[first]! > 0) return false;
    this.#sequences.stage[slot] = STAGE.held;
    this.#siblings.hold(slot, first);
    return true;
  }

  #await(slot: Slot): void {
    const { stage, priority, order } = this.#sequences;
    stage[slot] = STAGE.waiting;
    this.#meter.joinedQueue(slot);
    this.waiting.set(slot, priority[slot]!, order[slot]!);
  }

  #stopWaiting(slot: Slot): void {
    this.#meter.leftQueue(slot);
    this.waiting.remove(slot);
  }

  #stopRunning(slot: Slot): number {
    const at = this.running.indexOf(slot);
    assert(at >= 0, 'a running sequence is on the list');
    this.running.splice(at, 1);
    return at;
  }
}
