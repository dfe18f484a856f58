import { assert } from '../../shared/assert.ts';
import { NO_REQUEST } from '../../shared/ids.ts';
import { IndexedHeap } from '../../shared/indexed-heap.ts';
import {
  type EventBatch,
  type LoadReport,
  OUTCOME,
  type Outcome,
  type SubmitCommand,
  type WorkerConfig,
} from '../../shared/protocol.ts';
import { U32List } from '../../shared/u32-list.ts';
import { PrefixCache } from '../kv/prefix-cache.ts';
import { NO_SLOT, SequenceTable, type Slot, STAGE } from './sequence-table.ts';
import { WaitTally } from './wait-tally.ts';

/**
 * What both schedulers share: the sequences, the waiting queue, the KV cache, admission, and the
 * bookkeeping of each step in a sequence's life. It decides nothing about time.
 */
export class WorkerState {
  readonly config: WorkerConfig;
  readonly sequences = new SequenceTable();
  /** Waiting sequences by (priority, order of arrival); a preempted one keeps its place. */
  readonly waiting = new IndexedHeap();
  /** How long sequences wait for admission. */
  readonly waits = new WaitTally();
  /** Running sequences in order of admission. */
  readonly running: Slot[] = [];
  readonly cache: PrefixCache;

  /** KV events since the last batch. */
  readonly #kv = new U32List();
  /** Ends that happened between two batches: (request, outcome). */
  readonly #ended = new U32List();
  #hasPriorities = false;
  #submitsSeen = 0;
  #waitingBlocks = 0;
  #prefillTokensPending = 0;
  #hitBlocks = 0;
  #missedBlocks = 0;
  #readmittedHitBlocks = 0;
  #readmittedMissedBlocks = 0;
  #preemptions = 0;

  constructor(config: WorkerConfig) {
    this.config = config;
    this.cache = new PrefixCache(config, this.#kv);
  }

  /** Share of the cache that running sequences use, 0 .. 1. */
  get cacheUse(): number {
    return this.cache.blocksActive / this.config.numBlocks;
  }

  /** True when the next batch has something to say even if no step ends before it. */
  get hasNews(): boolean {
    return this.#ended.length > 0;
  }

  /** True when as many sequences wait as may, besides those for which there is a slot. */
  get isQueueFull(): boolean {
    const slotsFree = Math.max(0, this.config.maxNumSeqs - this.running.length);
    return this.waits.waiting >= this.config.maxWaiting + slotsFree;
  }

  /** True once a sequence of another priority than 0 was taken in. */
  get hasPriorities(): boolean {
    return this.#hasPriorities;
  }

  /**
   * Takes a sequence in, or ends it at once with `tooLong` or `queueFull`. True when it waits now.
   */
  enqueue(command: SubmitCommand): boolean {
    this.#submitsSeen++;
    const tokens = command.promptTokens + command.outputTokens - 1;
    if (blocksOf(tokens, this.config.blockSize) > this.config.numBlocks) {
      this.#ended.push2(command.request, OUTCOME.tooLong);
      return false;
    }
    if (this.isQueueFull) {
      this.#ended.push2(command.request, OUTCOME.queueFull);
      return false;
    }
    if (command.priority !== 0) this.#hasPriorities = true;
    const slot = this.sequences.add(command, this.#submitsSeen);
    this.waits.begin(slot, command.arrivedUs);
    this.#pendPrefill(slot, command.promptTokens - command.expectedCachedTokens);
    if (this.#hold(slot, command)) return false;
    this.#await(slot);
    return true;
  }

  /**
   * Admits a waiting sequence if there is room for as many of its tokens as `tokensFor` says, given
   * how many are cached. Returns whether it runs now; `computed` is then its hit.
   */
  tryAdmit(slot: Slot, atUs: number, tokensFor: (slot: Slot, cached: number) => number): boolean {
    const { sequences, cache, config } = this;
    const blocks = sequences.blocks[slot]!;
    const known = this.knownTokens(slot);
    const matchable = Math.min(
      Math.floor((known - 1) / config.blockSize),
      sequences.hashedBlocks[slot]!,
    );
    const revived = cache.match(sequences.hashes[slot]!, matchable, blocks);
    const hit = blocks.length;
    const fresh = blocksOf(tokensFor(slot, hit * config.blockSize), config.blockSize) - hit;
    if (fresh > cache.blocksFree + cache.blocksCached - revived) {
      blocks.clear();
      return false;
    }
    cache.retain(blocks);
    for (let i = 0; i < fresh; i++) cache.allocate(blocks);

    this.#stopWaiting(slot);
    this.waits.end(slot, atUs);
    this.running.push(slot);
    sequences.stage[slot] = STAGE.running;
    sequences.computed[slot] = hit * config.blockSize;
    const missed = blocksOf(known, config.blockSize) - hit;
    if (sequences.admittedUs[slot]! < 0) {
      assert(atUs >= sequences.arrivedUs[slot]!, 'no request is admitted before it has arrived');
      sequences.admittedUs[slot] = atUs;
      sequences.cachedTokens[slot] = hit * config.blockSize;
      this.#hitBlocks += hit;
      this.#missedBlocks += missed;
    } else {
      this.#readmittedHitBlocks += hit;
      this.#readmittedMissedBlocks += missed;
    }
    this.#pendPrefill(slot, known - hit * config.blockSize);
    return true;
  }

  /** Tokens whose values are known: the prompt, and what came out so far. */
  knownTokens(slot: Slot): number {
    return this.sequences.promptTokens[slot]! + this.sequences.emitted[slot]!;
  }

  /** Room for `tokens` tokens of a running sequence: all of it, or false and nothing changes. */
  ensureRoom(slot: Slot, tokens: number): boolean {
    const { cache, config } = this;
    const blocks = this.sequences.blocks[slot]!;
    const missing = blocksOf(tokens, config.blockSize) - blocks.length;
    if (missing > cache.blocksFree + cache.blocksCached) return false;
    for (let i = 0; i < missing; i++) cache.allocate(blocks);
    return true;
  }

  /**
   * The running sequence that gives way when blocks run out, as under vLLM's priority policy: of
   * the worst priority, the one that came last. So the best one always gets on.
   */
  victim(): Slot {
    const { priority, order } = this.sequences;
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
    this.#preemptions++;
    this.waits.begin(slot, atUs);
    const at = this.#stopRunning(slot);
    this.cache.release(this.sequences.blocks[slot]!);
    this.sequences.computed[slot] = 0;
    this.sequences.scheduled[slot] = 0;
    this.sequences.sharesPrefill[slot] = 0;
    this.#pendPrefill(slot, this.knownTokens(slot));
    this.#await(slot);
    return at;
  }

  /**
   * `tokens` more tokens of a sequence are being computed: others can share the blocks of its
   * prompt that they fill. Those of its answer are matchable when they are computed.
   */
  expect(slot: Slot, tokens: number): void {
    const { sequences, config } = this;
    const computed = sequences.computed[slot]!;
    const promptTokens = sequences.promptTokens[slot]!;
    if (computed >= promptTokens) return;
    const hashes = sequences.hashes[slot]!;
    const filled = Math.floor(Math.min(computed + tokens, promptTokens) / config.blockSize);
    const end = Math.min(filled, sequences.hashedBlocks[slot]!);
    for (let i = Math.floor(computed / config.blockSize); i < end; i++) {
      this.cache.expect(sequences.blocks[slot]!, i, hashes[2 * i]!, hashes[2 * i + 1]!);
    }
  }

  /**
   * The step that computed `tokens` more tokens of a sequence has ended: full blocks are matchable.
   * Returns whether there are any, of which sequences that wait for room may share.
   */
  compute(slot: Slot, tokens: number): boolean {
    const { sequences, config } = this;
    const before = sequences.computed[slot]!;
    const after = before + tokens;
    sequences.computed[slot] = after;
    let first = Math.floor(before / config.blockSize);
    if (sequences.prefillPending[slot]! > 0) {
      this.#pendPrefill(slot, Math.max(0, this.knownTokens(slot) - after));
      // What it shares is computed now, whoever began it and whatever became of that one.
      const blocks = sequences.blocks[slot]!;
      while (first > 0 && this.cache.isExpected(blocks.at(first - 1))) first--;
    }
    return this.#commitFrom(slot, first);
  }

  /**
   * Further hashes of a sequence's answer have come. Returns whether that made blocks matchable
   * which it had computed already, of which sequences that wait for room may share.
   */
  extend(slot: Slot, hashes: Uint32Array): boolean {
    const firstNew = this.sequences.hashedBlocks[slot]!;
    this.sequences.addHashes(slot, hashes);
    return this.#commitFrom(slot, firstNew);
  }

  /** `count` tokens of a sequence come out, `lateUs` after the last of them was due. */
  emit(slot: Slot, count: number, lateUs: number, out: EventBatch): void {
    const { sequences } = this;
    const request = sequences.requestOf(slot);
    if (sequences.emitted[slot] === 0) {
      const queuedUs = sequences.admittedUs[slot]! - sequences.arrivedUs[slot]!;
      out.pushStarted(request, sequences.cachedTokens[slot]!, queuedUs);
      this.#releaseHeld(slot, 1);
    }
    out.tokens.push3(request, count, lateUs);
    sequences.emitted[slot] = sequences.emitted[slot]! + count;
  }

  isComplete(slot: Slot): boolean {
    return this.sequences.emitted[slot]! >= this.sequences.outputTokens[slot]!;
  }

  /** Ends a sequence at whatever stage it is. The end is part of the next batch. */
  end(slot: Slot, outcome: Outcome, atUs: number): void {
    const { sequences } = this;
    if (sequences.stage[slot] !== STAGE.running) this.waits.end(slot, atUs);
    switch (sequences.stage[slot]) {
      case STAGE.waiting:
        this.#stopWaiting(slot);
        break;
      case STAGE.running:
        this.#stopRunning(slot);
        this.cache.release(sequences.blocks[slot]!);
        break;
      case STAGE.held:
        sequences.unhold(slot);
        break;
      default:
        assert(false, 'only a sequence that lives can end');
    }
    this.#pendPrefill(slot, 0);
    this.#releaseHeld(slot, 0);
    this.#ended.push2(sequences.request[slot]!, outcome);
    sequences.remove(slot);
  }

  /** Moves what has gathered since the last batch into `out`, with the load as it is now. */
  report(out: EventBatch): void {
    out.kv.append(this.#kv);
    out.ended.append(this.#ended);
    this.#kv.clear();
    this.#ended.clear();
    this.#fillLoad(out.load);
  }

  /** Makes the computed blocks of a sequence from `first` on matchable; false if there are none. */
  #commitFrom(slot: Slot, first: number): boolean {
    const { sequences } = this;
    const hashes = sequences.hashes[slot]!;
    const end = Math.min(
      Math.floor(sequences.computed[slot]! / this.config.blockSize),
      sequences.hashedBlocks[slot]!,
    );
    for (let i = first; i < end; i++) {
      this.cache.commit(sequences.blocks[slot]!, i, hashes[2 * i]!, hashes[2 * i + 1]!);
    }
    return first < end;
  }

  #fillLoad(load: LoadReport): void {
    load.running = this.running.length;
    load.waiting = this.waits.waiting;
    load.activeBlocks = this.cache.blocksActive;
    load.cachedBlocks = this.cache.blocksCached;
    load.totalBlocks = this.config.numBlocks;
    load.waitingBlocks = this.#waitingBlocks;
    load.prefillTokensPending = this.#prefillTokensPending;
    load.submitsSeen = this.#submitsSeen;
    load.hitBlocks = this.#hitBlocks;
    load.missedBlocks = this.#missedBlocks;
    load.readmittedHitBlocks = this.#readmittedHitBlocks;
    load.readmittedMissedBlocks = this.#readmittedMissedBlocks;
    load.evictedBlocks = this.cache.evictions;
    load.preemptions = this.#preemptions;
  }

  #await(slot: Slot): void {
    const { sequences } = this;
    sequences.stage[slot] = STAGE.waiting;
    this.#waitingBlocks += this.#blocksPending(slot);
    this.waiting.set(slot, sequences.priority[slot]!, sequences.order[slot]!);
  }

  #stopWaiting(slot: Slot): void {
    this.#waitingBlocks -= this.#blocksPending(slot);
    this.waiting.remove(slot);
  }

  /** Blocks that the prefill of a sequence has still to fill. */
  #blocksPending(slot: Slot): number {
    return blocksOf(this.sequences.prefillPending[slot]!, this.config.blockSize);
  }

  /**
   * Lets a sibling wait for the sequence whose prefill it shares. False when there is none to
   * share.
   */
  #hold(slot: Slot, command: SubmitCommand): boolean {
    if (command.siblingOf === NO_REQUEST) return false;
    const { sequences } = this;
    const first = sequences.find(command.siblingOf);
    if (first === NO_SLOT || sequences.emitted[first]! > 0) return false;
    sequences.hold(slot, first);
    return true;
  }

  /** Lets all that were held for `first` wait for admission. */
  #releaseHeld(first: Slot, sharesPrefill: 0 | 1): void {
    const { sequences } = this;
    for (;;) {
      const slot = sequences.firstHeld[first]!;
      if (slot === NO_SLOT) return;
      sequences.unhold(slot);
      sequences.sharesPrefill[slot] = sharesPrefill;
      this.#await(slot);
    }
  }

  #stopRunning(slot: Slot): number {
    const at = this.running.indexOf(slot);
    assert(at >= 0, 'a running sequence is on the list');
    this.running.splice(at, 1);
    return at;
  }

  #pendPrefill(slot: Slot, tokens: number): void {
    this.#prefillTokensPending += tokens - this.sequences.prefillPending[slot]!;
    this.sequences.prefillPending[slot] = tokens;
  }
}

function blocksOf(tokens: number, blockSize: number): number {
  return Math.ceil(tokens / blockSize);
}
