import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { columnTable } from '../../shared/column-table.ts';
import { f64, i32, initially, u8, u32 } from '../../shared/columns.ts';
import { type RequestId, requestId } from '../../shared/ids.ts';
import {
  type Outcome,
  outcomeOf,
  SPEC_COLUMNS,
  type SubmitCommand,
} from '../../shared/protocol.ts';
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

/** Tokens of a sequence that take a place in the cache: the last of an answer never does. */
export function placesAtEnd(promptTokens: number, outputTokens: number): number {
  return promptTokens + Math.max(0, outputTokens - 1);
}

const FIRST_SLOTS = 64;

/** Index of a sequence's column values, reused after the sequence has ended. */
export type Slot = number;

/** Stands where there is no slot. */
export const NO_SLOT: Slot = -1;

/** What a worker keeps of a sequence besides what its request asks for. */
const STATE_COLUMNS = {
  /** `STAGE` of each slot. */
  stage: u8(),
  request: u32(),
  /** Tokens that came out so far. */
  emitted: i32(),
  /** Tokens of prompt and answer whose keys and values are computed, cached ones included. */
  computed: i32(),
  /** Prompt tokens that the load report still counts as pending prefill. */
  prefillPending: i32(),
  /** Tokens that were found cached at the first admission. */
  cachedTokens: i32(),
  /** Counts the submits: the order among equals, which a preempted sequence keeps. */
  order: f64(),
  arrivedUs: f64(),
  /** First admission, or -1 before it. */
  admittedUs: initially(f64(), -1),
  /** Tokens that the step under way computes of each running sequence. */
  scheduled: i32(),
  /** Outcome + 1 with which a sequence ends once the step under way has ended, or 0. */
  ending: u8(),
  /** Blocks of prompt and answer whose hashes are known: those at the front of `hashes`. */
  hashedBlocks: i32(),
};

/**
 * The sequences of one worker: one typed array per column, of `SPEC_COLUMNS` and of its own,
 * indexed by slot. `seed` is the state of a sequence's stream of latency draws, which begins with
 * the request's seed. The table grows by doubling up to what the worker admits, and slots are
 * reused, so that a sequence costs no object.
 */
export class SequenceTable extends columnTable(SPEC_COLUMNS, STATE_COLUMNS) {
  readonly hashes: Uint32Array[] = [];
  readonly blocks: BlockList[] = [];

  readonly #slotOf = new Map<number, Slot>();
  readonly #freeSlots: Slot[] = [];
  #used = 0;

  constructor() {
    super(FIRST_SLOTS);
  }

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

  /** Its tokens are out, and what they were made from is computed. */
  isComplete(slot: Slot): boolean {
    const isOut = this.emitted[slot]! >= this.outputTokens[slot]!;
    return isOut && this.computed[slot]! >= this.promptTokens[slot]!;
  }

  /** Tokens that take a place in the cache at its end: the last of an answer never does. */
  placesAtEnd(slot: Slot): number {
    return placesAtEnd(this.promptTokens[slot]!, this.outputTokens[slot]!);
  }

  /** Takes a slot for a submitted sequence; its stage is left to the caller. */
  add(command: SubmitCommand, order: number): Slot {
    assert(!this.#slotOf.has(command.request), 'a request is submitted once while it lives');
    const slot = this.#freeSlots.pop() ?? this.#newSlot();
    this.#slotOf.set(command.request, slot);
    this.set(slot, command.spec);
    this.request[slot] = command.request;
    this.order[slot] = order;
    this.arrivedUs[slot] = command.arrivedUs;
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
      const grown = new Uint32Array(Math.max(hashes.length * 2, known + more.length));
      grown.set(hashes);
      hashes = grown;
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
    if (this.#used === this.rows) this.grow(this.#used * 2);
    const slot = this.#used++;
    this.blocks[slot] = new BlockList();
    return slot;
  }
}
