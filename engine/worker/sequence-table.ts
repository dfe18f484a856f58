import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { type RequestId, requestId } from '../../shared/ids.ts';
import { type Outcome, outcomeOf, type SubmitCommand } from '../../shared/protocol.ts';
import { BlockList } from '../kv/block-list.ts';

/** Where a sequence stands. */
export const STAGE = {
  /** The slot is not in use. */
  free: 0,
  /** Waits for the first sequence of its request to finish the prefill that they share. */
  held: 1,
  waiting: 2,
  running: 3,
} as const;

const NO_WORDS = new Uint32Array(0);
const FIRST_SLOTS = 64;

/** Index of a sequence's column values, reused after the sequence has ended. */
export type Slot = number;

/** Stands where there is no slot. */
export const NO_SLOT: Slot = -1;

/**
 * The sequences of one worker: one typed array per property, indexed by slot. It grows by doubling
 * up to what the worker admits, and slots are reused, so that a sequence costs no object.
 */
export class SequenceTable {
  /** `STAGE` of each slot. */
  stage = new Uint8Array(FIRST_SLOTS);
  request = new Uint32Array(FIRST_SLOTS);
  promptTokens = new Int32Array(FIRST_SLOTS);
  outputTokens = new Int32Array(FIRST_SLOTS);
  /** Tokens that came out so far. */
  emitted = new Int32Array(FIRST_SLOTS);
  /** Tokens of prompt and answer whose keys and values are computed, cached ones included. */
  computed = new Int32Array(FIRST_SLOTS);
  /** Prompt tokens that the load report still counts as pending prefill. */
  prefillPending = new Int32Array(FIRST_SLOTS);
  /** Tokens that were found cached at the first admission. */
  cachedTokens = new Int32Array(FIRST_SLOTS);
  priority = new Float64Array(FIRST_SLOTS);
  /** Counts the submits: the order among equals, which a preempted sequence keeps. */
  order = new Float64Array(FIRST_SLOTS);
  arrivedUs = new Float64Array(FIRST_SLOTS);
  /** First admission, or -1 before it. */
  admittedUs = new Float64Array(FIRST_SLOTS);
  prefillScale = new Float64Array(FIRST_SLOTS);
  /** See `SubmitCommand`. */
  profile = new Uint8Array(FIRST_SLOTS);
  /** State of each sequence's stream of latency draws. */
  stream = new Uint32Array(FIRST_SLOTS);
  /** Tokens that the step under way computes of each running sequence. */
  scheduled = new Int32Array(FIRST_SLOTS);
  /** Outcome + 1 with which a sequence ends once the step under way has ended, or 0. */
  ending = new Uint8Array(FIRST_SLOTS);
  /** Blocks of prompt and answer whose hashes are known: those at the front of `hashes`. */
  hashedBlocks = new Int32Array(FIRST_SLOTS);
  readonly hashes: Uint32Array[] = [];
  readonly blocks: BlockList[] = [];

  readonly #slotOf = new Map<number, Slot>();
  readonly #freeSlots: Slot[] = [];
  #used = 0;

  /** Sequences that hold a slot. */
  get size(): number {
    return this.#slotOf.size;
  }

  /** The slot of `request`, or `NO_SLOT` when it is not here (any more). */
  find(request: RequestId): Slot {
    return this.#slotOf.get(request) ?? NO_SLOT;
  }

  requestOf(slot: Slot): RequestId {
    return requestId(this.request[slot]!);
  }

  /** Tokens whose values are known: the prompt, and what came out so far. */
  knownTokens(slot: Slot): number {
    return this.promptTokens[slot]! + this.emitted[slot]!;
  }

  isComplete(slot: Slot): boolean {
    return this.emitted[slot]! >= this.outputTokens[slot]!;
  }

  /** Takes a slot for a submitted sequence; its stage is left to the caller. */
  add(command: SubmitCommand, order: number): Slot {
    assert(!this.#slotOf.has(command.request), 'a request is submitted once while it lives');
    const slot = this.#freeSlots.pop() ?? this.#newSlot();
    this.#slotOf.set(command.request, slot);
    this.request[slot] = command.request;
    this.promptTokens[slot] = command.promptTokens;
    this.outputTokens[slot] = command.outputTokens;
    this.emitted[slot] = 0;
    this.computed[slot] = 0;
    this.cachedTokens[slot] = 0;
    this.prefillPending[slot] = 0;
    this.priority[slot] = command.priority;
    this.order[slot] = order;
    this.arrivedUs[slot] = command.arrivedUs;
    this.admittedUs[slot] = -1;
    this.prefillScale[slot] = command.prefillScale;
    this.profile[slot] = command.profile;
    this.stream[slot] = command.seed;
    this.scheduled[slot] = 0;
    this.ending[slot] = 0;
    this.hashes[slot] = command.hashes;
    this.hashedBlocks[slot] = command.hashes.length / HASH_WORDS;
    return slot;
  }

  /** Ends a sequence with `outcome` once the step under way has ended; the first call decides. */
  endAfterStep(slot: Slot, outcome: Outcome): void {
    if (this.ending[slot] === 0) this.ending[slot] = outcome + 1;
  }

  /** What a sequence ends with now that the step has ended; undefined if it goes on. */
  endingOf(slot: Slot): Outcome | undefined {
    const ending = this.ending[slot]!;
    return ending === 0 ? undefined : outcomeOf(ending - 1);
  }

  /** Appends to the hashes of a sequence: piece by piece, so that the list grows by doubling. */
  addHashes(slot: Slot, more: Uint32Array): void {
    const known = this.hashedBlocks[slot]! * HASH_WORDS;
    let hashes = this.hashes[slot]!;
    if (known + more.length > hashes.length) {
      // The first list belongs to whoever submitted it: what is grown is a copy.
      hashes = words(hashes, Math.max(hashes.length * 2, known + more.length));
      this.hashes[slot] = hashes;
    }
    hashes.set(more, known);
    this.hashedBlocks[slot] = (known + more.length) / HASH_WORDS;
  }

  /** Frees the slot. Its blocks must have been released. */
  remove(slot: Slot): void {
    assert(this.blocks[slot]!.length === 0, 'a sequence that ends holds no blocks');
    this.#slotOf.delete(this.request[slot]!);
    this.stage[slot] = STAGE.free;
    this.hashes[slot] = NO_WORDS;
    this.#freeSlots.push(slot);
  }

  #newSlot(): Slot {
    if (this.#used === this.stage.length) this.#grow(this.#used * 2);
    const slot = this.#used++;
    this.blocks[slot] = new BlockList();
    return slot;
  }

  #grow(slots: number): void {
    this.stage = bytes(this.stage, slots);
    this.ending = bytes(this.ending, slots);
    this.hashedBlocks = ints(this.hashedBlocks, slots);
    this.profile = bytes(this.profile, slots);
    this.request = words(this.request, slots);
    this.stream = words(this.stream, slots);
    this.promptTokens = ints(this.promptTokens, slots);
    this.outputTokens = ints(this.outputTokens, slots);
    this.emitted = ints(this.emitted, slots);
    this.computed = ints(this.computed, slots);
    this.prefillPending = ints(this.prefillPending, slots);
    this.cachedTokens = ints(this.cachedTokens, slots);
    this.scheduled = ints(this.scheduled, slots);
    this.priority = floats(this.priority, slots);
    this.order = floats(this.order, slots);
    this.arrivedUs = floats(this.arrivedUs, slots);
    this.admittedUs = floats(this.admittedUs, slots);
    this.prefillScale = floats(this.prefillScale, slots);
  }
}

function bytes(old: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(length);
  grown.set(old);
  return grown;
}

function words(old: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(length);
  grown.set(old);
  return grown;
}

function ints(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(length);
  grown.set(old);
  return grown;
}

function floats(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length);
  grown.set(old);
  return grown;
}
