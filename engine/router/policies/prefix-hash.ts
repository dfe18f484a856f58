import { HASH_WORDS } from '../../../shared/block-hash.ts';
import { combineSeeds, type Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { HashRing } from './hash-ring.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';

/**
 * The prefix that is hashed and the bound on load are those of the SGLang router's `prefix_hash`.
 */
export const PREFIX_HASH_PARAMETERS = { prefixTokens: 256, loadFactor: 1.25 } as const;

/**
 * Prompts that begin alike go to one worker, by consistent hash with bounded loads (Mirrokni,
 * Thorup and Zadimoghaddam, 2018): a worker that would have more than 1.25 times its fair share of
 * the active requests is passed over for the next one on the ring. The key is the chained hash of
 * the prompt's first 256 tokens, or of all its full blocks if it is shorter. A prompt without a
 * full block has no prefix to share and goes to the least loaded worker.
 */
export class PrefixHashPolicy implements RoutingPolicy {
  readonly #ring: HashRing;
  readonly #allowed: Uint8Array;
  readonly #leastLoaded: LeastLoadedPolicy;

  constructor(workers: number, rng: Rng) {
    this.#ring = new HashRing(workers);
    this.#allowed = new Uint8Array(workers);
    this.#leastLoaded = new LeastLoadedPolicy(workers, rng);
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const blocks = Math.min(
      request.promptBlocks,
      Math.ceil(PREFIX_HASH_PARAMETERS.prefixTokens / view.blockSize),
    );
    if (blocks === 0) return this.#leastLoaded.choose(request, view);
    const at = (blocks - 1) * HASH_WORDS;
    const key = combineSeeds(request.hashes[at]!, request.hashes[at + 1]!);
    this.#allowBelowBound(view);
    return this.#ring.ownerOf(key, this.#allowed);
  }

  /** Somebody is always allowed: the bound is above the mean of what is there already. */
  #allowBelowBound(view: ClusterView): void {
    let active = 0;
    for (let worker = 0; worker < view.workers; worker++) {
      if (view.eligible[worker] === 1) active += view.ledger.activeRequests(worker);
    }
    const bound = Math.ceil(
      (PREFIX_HASH_PARAMETERS.loadFactor * (active + 1)) / view.eligibleCount,
    );
    for (let worker = 0; worker < view.workers; worker++) {
      const fits = view.ledger.activeRequests(worker) < bound;
      this.#allowed[worker] = fits ? view.eligible[worker]! : 0;
    }
  }
}
