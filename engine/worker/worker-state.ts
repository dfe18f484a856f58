import type { EventBatch, Outcome, SubmitCommand, WorkerConfig } from '../../shared/protocol.ts';
import { U32List } from '../../shared/u32-list.ts';
import { Admission } from './admission.ts';
import { LoadMeter } from './load-meter.ts';
import { SequenceBlocks } from './sequence-blocks.ts';
import { SequenceTable, type Slot } from './sequence-table.ts';

/**
 * What both schedulers share: the parts of a worker, the steps in a sequence's life that concern
 * several of them, and what there is to tell. It decides nothing about time.
 */
export class WorkerState {
  readonly config: WorkerConfig;
  readonly sequences = new SequenceTable();
  readonly blocks: SequenceBlocks;
  readonly admission: Admission;
  readonly #meter: LoadMeter;
  /** KV events since the last batch. */
  readonly #kv = new U32List();
  /** Ends that happened between two batches: (request, outcome). */
  readonly #ended = new U32List();

  constructor(config: WorkerConfig) {
    this.config = config;
    this.blocks = new SequenceBlocks(config, this.sequences, this.#kv);
    this.#meter = new LoadMeter(this.sequences, config.blockSize);
    this.admission = new Admission(config, this.sequences, this.blocks, this.#meter);
  }

  /** True when the next batch has something to say even if no step ends before it. */
  get hasNews(): boolean {
    return this.#ended.length > 0;
  }

  /**
   * Takes a sequence in, or ends it at once with `tooLong` or `queueFull`. True when it waits now.
   */
  enqueue(command: SubmitCommand): boolean {
    const order = this.#meter.submitted();
    const refusal = this.admission.refusalOf(command);
    if (refusal === undefined) return this.admission.enqueue(command, order);
    this.#ended.push2(command.request, refusal);
    return false;
  }

  /**
   * The step that computed `tokens` more tokens of a sequence has ended. Returns whether blocks
   * have become matchable, of which sequences that wait for room may share.
   */
  compute(slot: Slot, tokens: number): boolean {
    const { sequences } = this;
    const isBlockFull = this.blocks.compute(slot, tokens);
    if (sequences.prefillPending[slot]! > 0) {
      const left = sequences.knownTokens(slot) - sequences.computed[slot]!;
      this.#meter.pendPrefill(slot, Math.max(0, left));
    }
    return isBlockFull;
  }

  /**
   * `count` tokens of a sequence come out, `lateUs` after the last of them was due; none when only
   * its prompt was to be computed.
   */
  emit(slot: Slot, count: number, lateUs: number, out: EventBatch): void {
    const { sequences } = this;
    const request = sequences.requestOf(slot);
    if (sequences.emitted[slot] === 0) {
      const queuedUs = sequences.admittedUs[slot]! - sequences.arrivedUs[slot]!;
      out.pushStarted(request, sequences.cachedTokens[slot]!, queuedUs);
      this.admission.prefilled(slot);
    }
    if (count === 0) return;
    const emitted = sequences.emitted[slot]! + count;
    sequences.emitted[slot] = emitted;
    if (sequences.quiet[slot] === 0) out.tokens.push3(request, count, lateUs);
    else if (emitted >= sequences.outputTokens[slot]!) out.tokens.push3(request, emitted, lateUs);
  }

  /** Ends a sequence at whatever stage it is. The end is part of the next batch. */
  end(slot: Slot, outcome: Outcome, atUs: number): void {
    this.admission.leave(slot, atUs);
    this.#ended.push2(this.sequences.request[slot]!, outcome);
    this.sequences.remove(slot);
  }

  /** Moves what has gathered since the last batch into `out`, with the load as it is now. */
  report(out: EventBatch): void {
    out.kv.append(this.#kv);
    out.ended.append(this.#ended);
    this.#kv.clear();
    this.#ended.clear();
    const { load } = out;
    const { cache } = this.blocks;
    load.running = this.admission.running.length;
    load.waiting = this.admission.waits.waiting;
    load.activeBlocks = cache.blocksActive;
    load.cachedBlocks = cache.blocksCached;
    load.totalBlocks = this.config.numBlocks;
    load.evictedBlocks = cache.evictions;
    this.#meter.fill(load);
  }
}
