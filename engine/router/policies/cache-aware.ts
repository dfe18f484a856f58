import type { Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { Contest } from './contest.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';
import { RoutedBlocks } from './routed-blocks.ts';

/** The first four are defaults of `sglang_router.launch_router`. */
export const CACHE_AWARE_PARAMETERS = {
  /** Load is uneven beyond both of these. */
  balanceAbsolute: 64,
  balanceRelative: 1.5,
  /** The share of the prompt's tokens that must be in a worker's tree for the tree to decide. */
  cacheThreshold: 0.3,
  /** In the tree of one worker: the 2^26 characters there, at four a token. */
  treeTokens: 2 ** 24,
  /** In all trees together. */
  allTreesBlocks: 2 ** 24,
} as const;

/**
 * The SGLang router's `cache_aware`. It keeps a tree for each worker of the prompts that it has
 * sent there, and asks no worker what is cached. When active requests are spread unevenly, the
 * least loaded worker is chosen; else the one whose tree has the longest prefix of the prompt, if
 * that is over three tenths of it; else the one with the smallest tree, which is taken to have most
 * room. Whichever it is, the prompt is entered in its tree.
 *
 * It differs in that trees are of blocks, not characters, so that the end of a prompt that fills no
 * block is in none; in that equal workers are told apart by load and then by lot, not by the order
 * of a hash map; and in that a tree is cut at its limit at once, not every so often. A prompt
 * without a full block leaves no trace and goes to the least loaded worker.
 */
export class CacheAwarePolicy implements RoutingPolicy {
  readonly #contest: Contest;
  readonly #leastLoaded: LeastLoadedPolicy;
  readonly #trees: readonly RoutedBlocks[];
  /** Blocks of the prompt that each worker's tree has. */
  readonly #matched: Int32Array;

  /** `blockSize` in tokens. */
  constructor(workers: number, blockSize: number, rng: Rng) {
    this.#contest = new Contest(workers, rng);
    this.#leastLoaded = new LeastLoadedPolicy(workers, rng);
    const { treeTokens, allTreesBlocks } = CACHE_AWARE_PARAMETERS;
    const capBlocks = Math.ceil(Math.min(treeTokens / blockSize, allTreesBlocks / workers));
    this.#trees = Array.from({ length: workers }, () => new RoutedBlocks(capBlocks));
    this.#matched = new Int32Array(workers);
  }

  get forgottenBlocks(): number {
    return this.#trees.reduce((sum, { forgottenBlocks }) => sum + forgottenBlocks, 0);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const { hashes, promptBlocks } = request;
    const chosen =
      promptBlocks === 0 || this.#isUneven(view)
        ? this.#leastLoaded.choose(request, view)
        : this.#byTree(request, view);
    this.#trees[chosen]!.insert(hashes, promptBlocks);
    return chosen;
  }

  #isUneven(view: ClusterView): boolean {
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      const active = view.ledger.activeRequests(worker);
      min = Math.min(min, active);
      max = Math.max(max, active);
    }
    const { balanceAbsolute, balanceRelative } = CACHE_AWARE_PARAMETERS;
    return max - min > balanceAbsolute && max > balanceRelative * min;
  }

  #byTree({ hashes, promptBlocks, promptTokens }: RouteRequest, view: ClusterView): number {
    const matched = this.#matched;
    let most = 0;
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 0) continue;
      matched[worker] = this.#trees[worker]!.match(hashes, promptBlocks);
      most = Math.max(most, matched[worker]!);
    }
    const isMatch = most * view.blockSize > CACHE_AWARE_PARAMETERS.cacheThreshold * promptTokens;
    const { scores, tieScores } = this.#contest;
    for (let worker = 0; worker < view.workers; worker++) {
      scores[worker] = isMatch ? -matched[worker]! : this.#trees[worker]!.blocks;
      tieScores[worker] = view.ledger.activeRequests(worker);
    }
    return this.#contest.winner(view.eligible);
  }
}
