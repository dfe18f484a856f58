import { SimulatedWorker } from '../../engine/worker/worker.ts';
import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { NO_REQUEST, requestId, workerId } from '../../shared/ids.ts';
import { latencyProfile } from '../../shared/latency-profiles.ts';
import {
  ENDED_WORDS,
  EventBatch,
  type SchedulerKind,
  SPEC_DEFAULTS,
  TOKEN_WORDS,
} from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { timeUs } from '../../shared/units.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const BLOCK_SIZE = 16;
const PROMPT_TOKENS = 256;
const OUTPUT_TOKENS = 256;
const TOKENS_PER_CALL = 8192;

/**
 * One operation is one token of one sequence, its share of admissions, blocks and ends included.
 */
export function suite(mode: BenchMode): Promise<BenchRow[]> {
  const loops: [name: string, loop: Loop][] = [
    ['paced, 64 running', new Loop('paced', 64)],
    ['paced, 256 running', new Loop('paced', 256)],
    ['batched, 8 running', new Loop('batched', 8, 1)],
    ['batched, 64 running', new Loop('batched', 64, 1)],
    ['batched, 256 running', new Loop('batched', 256, 1)],
    ['batched, 8 running, equal steps as one', new Loop('batched', 8)],
    ['batched, 64 running, equal steps as one', new Loop('batched', 64)],
  ];
  return measure(
    mode,
    loops.map(([name, loop]) => tokenTask(name, loop)),
  );
}

function tokenTask(name: string, loop: Loop): BenchTask {
  loop.run(loop.sequences * OUTPUT_TOKENS);
  return {
    name,
    operations: TOKENS_PER_CALL,
    run: () => loop.run(TOKENS_PER_CALL),
    note: `${(loop.tokens / loop.batches).toFixed(1)} tokens a batch`,
  };
}

/** A worker that always has the same number of sequences: one that ends is followed by another. */
class Loop {
  readonly sequences: number;
  tokens = 0;
  batches = 0;
  readonly #worker: SimulatedWorker;
  readonly #batch = new EventBatch(workerId(0));
  readonly #rng = new Rng(1);
  #nowUs = 0;
  #submitted = 0;

  constructor(scheduler: SchedulerKind, sequences: number, maxEqualSteps?: number) {
    const latency = latencyProfile('8b-h100');
    assert(latency !== undefined, 'the profile exists');
    this.sequences = sequences;
    this.#worker = new SimulatedWorker(
      workerId(0),
      {
        scheduler,
        latency,
        prefixCaching: true,
        blockSize: BLOCK_SIZE,
        numBlocks: 16_384,
        maxNumSeqs: sequences,
        maxNumBatchedTokens: 8192,
        maxWaiting: sequences,
      },
      maxEqualSteps === undefined ? {} : { maxEqualSteps },
    );
    for (let index = 0; index < sequences; index++) {
      this.#submit(1 + this.#rng.below(OUTPUT_TOKENS));
    }
  }

  /** Runs until `count` tokens more have come out. */
  run(count: number): void {
    const until = this.tokens + count;
    while (this.tokens < until) {
      this.#nowUs = this.#worker.nextWakeUs();
      if (!this.#worker.advance(this.#nowUs, Number.POSITIVE_INFINITY, this.#batch)) continue;
      const { tokens, ended } = this.#batch;
      for (let at = 0; at < tokens.length; at += TOKEN_WORDS) this.tokens += tokens.at(at + 1);
      for (let at = 0; at < ended.length; at += ENDED_WORDS) this.#submit(OUTPUT_TOKENS);
      this.batches++;
    }
  }

  #submit(outputTokens: number): void {
    const blocks = Math.floor((PROMPT_TOKENS + outputTokens) / BLOCK_SIZE);
    const hashes = new Uint32Array(blocks * HASH_WORDS);
    for (let at = 0; at < hashes.length; at++) hashes[at] = this.#rng.u32() >>> 1;
    this.#submitted++;
    this.#worker.submit({
      kind: 'submit',
      worker: workerId(0),
      request: requestId(this.#submitted),
      arrivedUs: timeUs(this.#nowUs),
      expectedCachedTokens: 0,
      siblingOf: NO_REQUEST,
      spec: {
        ...SPEC_DEFAULTS,
        promptTokens: PROMPT_TOKENS,
        outputTokens,
        seed: this.#submitted,
      },
      hashes,
    });
  }
}
