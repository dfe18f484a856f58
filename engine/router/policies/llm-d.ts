import { HASH_WORDS } from '../../../shared/block-hash.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';
import { RoutedBlocks } from './routed-blocks.ts';

interface LlmDWeights {
  /** Of the prefix that a worker has cached, as its events tell. */
  readonly precisePrefix: number;
  /** Of the prefix that was sent to a worker. */
  readonly estimatedPrefix: number;
  readonly kvUsage: number;
  readonly queue: number;
}

/** Those of the policies in llm-d-kv-cache, benchmarking/37-capacity. */
export const LLM_D_WEIGHTS = {
  'llm-d': { precisePrefix: 2, estimatedPrefix: 0, kvUsage: 1, queue: 1 },
  'llm-d-default': { precisePrefix: 0, estimatedPrefix: 2, kvUsage: 1, queue: 1 },
  'llm-d-load': { precisePrefix: 0, estimatedPrefix: 0, kvUsage: 1, queue: 1 },
} as const satisfies Readonly<Record<string, LlmDWeights>>;

/** The defaults of its approximate `prefix-cache-scorer`, by which `llm-d-default` estimates. */
export const LLM_D_ESTIMATE_PARAMETERS = {
  /** Tokens of a block, or as many more as fill whole KV blocks. */
  blockTokens: 64,
  /** Blocks of a prompt that are looked at. */
  matchedBlocks: 2048,
  /** Blocks that are remembered for a worker. */
  workerBlocks: 31_250,
} as const;

/**
 * llm-d's scheduler, the endpoint picker of the Gateway API inference extension: the worker with
 * the highest weighted sum of scores from 0 to 1, by lot among equals. They are, of those that may
 * be chosen,
 *
 *   precise prefix: the share of the prompt's full blocks that the worker has cached
 *   estimated prefix: the share of the prompt's blocks that were sent there
 *   KV usage: 1 - the share of its blocks in use
 *   queue: (max - waiting) / (max - min), 1 if all have the same
 *
 * (pkg/epp/framework/plugins/scheduling/scorer of llm-d-router.) A prompt without blocks has no
 * prefix. Usage and queue are those of a worker's last report, as there of the last scrape; one
 * comes with each step here, and every 50 ms there. A prefix that is about to be computed counts as
 * cached, as it does there with speculative indexing. At the limit of what was sent to a worker the
 * end of the oldest prompt goes first, there its beginning.
 *
 * Up to version 0.6 the precise scorer spread the blocks of the workers that have any from 0 to 1,
 * so that one block that all prompts begin with outweighed all else.
 */
export class LlmDPolicy implements RoutingPolicy {
  readonly #weights: LlmDWeights;
  readonly #contest: Contest;
  readonly #prefixScores: Float64Array;
  readonly #queueScores: Float64Array;
  /** What was sent to each worker; none where nobody asks. */
  readonly #sent: RoutedBlocks[];
  /** KV blocks that make a block of the estimate. */
  readonly #stride: number;
  /** Hashes of the blocks of the prompt that is looked at. */
  readonly #hashes: Uint32Array;
  #forgottenByDead = 0;

  /** `blockSize` in tokens. */
  constructor(workers: number, blockSize: number, weights: LlmDWeights, rng: Rng) {
    const { blockTokens, matchedBlocks } = LLM_D_ESTIMATE_PARAMETERS;
    this.#weights = weights;
    this.#contest = new Contest(workers, rng);
    this.#prefixScores = new Float64Array(workers);
    this.#queueScores = new Float64Array(workers);
    const length = weights.estimatedPrefix > 0 ? workers : 0;
    this.#sent = Array.from({ length }, nothingSent);
    this.#stride = Math.ceil(blockTokens / blockSize);
    this.#hashes = new Uint32Array(matchedBlocks * HASH_WORDS);
  }

  get forgottenBlocks(): number {
    return this.#sent.reduce((sum, sent) => sum + sent.forgottenBlocks, this.#forgottenByDead);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const { precisePrefix, estimatedPrefix, kvUsage, queue } = this.#weights;
    const { workers, eligible, ledger, blocksPerWorker } = view;
    const prefix = precisePrefix + estimatedPrefix;
    if (precisePrefix > 0) this.#scoreCached(request, view);
    else if (estimatedPrefix > 0) this.#scoreSent(request, view);
    this.#scoreQueues(view);
    const { scores } = this.#contest;
    for (let worker = 0; worker < workers; worker++) {
      if (eligible[worker] === 0) continue;
      const usage = ledger.usedBlocks(worker) / blocksPerWorker;
      const score =
        prefix * this.#prefixScores[worker]! +
        kvUsage * (1 - usage) +
        queue * this.#queueScores[worker]!;
      scores[worker] = -score;
    }
    return this.#contest.winner(eligible);
  }

  booked(request: RouteRequest, worker: number): void {
    this.#sent[worker]?.insert(this.#hashes, this.#pick(request));
  }

  forget(worker: number): void {
    const sent = this.#sent[worker];
    if (sent === undefined) return;
    this.#forgottenByDead += sent.forgottenBlocks;
    this.#sent[worker] = nothingSent();
  }

  #scoreCached({ promptBlocks }: RouteRequest, { workers, overlapBlocks }: ClusterView): void {
    for (let worker = 0; worker < workers; worker++) {
      const score = overlapBlocks[worker]! / promptBlocks;
      this.#prefixScores[worker] = promptBlocks === 0 ? 0 : score;
    }
  }

  #scoreQueues({ workers, eligible, ledger }: ClusterView): void {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let worker = 0; worker < workers; worker++) {
      if (eligible[worker] === 0) continue;
      least = Math.min(least, ledger.waiting(worker));
      most = Math.max(most, ledger.waiting(worker));
    }
    for (let worker = 0; worker < workers; worker++) {
      const score = (most - ledger.waiting(worker)) / (most - least);
      this.#queueScores[worker] = most === least ? 1 : score;
    }
  }

  #scoreSent(request: RouteRequest, { workers, eligible }: ClusterView): void {
    const blocks = this.#pick(request);
    for (let worker = 0; worker < workers; worker++) {
      if (eligible[worker] === 0) continue;
      const sent = this.#sent[worker]!.match(this.#hashes, blocks);
      this.#prefixScores[worker] = blocks === 0 ? 0 : sent / blocks;
    }
  }

  /** Puts the blocks of the estimate for a prompt into `#hashes`, and says how many. */
  #pick({ hashes, promptBlocks }: RouteRequest): number {
    const { matchedBlocks } = LLM_D_ESTIMATE_PARAMETERS;
    const blocks = Math.min(Math.floor(promptBlocks / this.#stride), matchedBlocks);
    for (let block = 0; block < blocks; block++) {
      const from = ((block + 1) * this.#stride - 1) * HASH_WORDS;
      this.#hashes[block * HASH_WORDS] = hashes[from]!;
      this.#hashes[block * HASH_WORDS + 1] = hashes[from + 1]!;
    }
    return blocks;
  }
}

function nothingSent(): RoutedBlocks {
  return new RoutedBlocks(LLM_D_ESTIMATE_PARAMETERS.workerBlocks);
}
