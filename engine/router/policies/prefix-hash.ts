import { HASH_WORDS } from '../../../shared/block-hash.ts';
import { combineSeeds, type Rng } from '../../../shared/rng.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';
import { HashRing } from './hash-ring.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';

/** Those of `PrefixHashConfig` in the SGLang router (sgl-model-gateway/src/policies). */
export const PREFIX_HASH_PARAMETERS = { prefixTokens: 256, loadFactor: 1.25 } as const;

/**
 * The SGLang router's `prefix_hash`: prompts that begin alike go to one worker, by consistent hash,
 * unless that worker has more than 1.25 times the mean of the active requests, this one included;
 * then the least loaded worker gets it. The key is the chained hash of the prompt's first 256
 * tokens, or of all its full blocks if it is shorter. A prompt without a full block has no prefix
 * to share and goes to the least loaded worker.
 */
export class PrefixHashPolicy implements RoutingPolicy {
  readonly #ring: HashRing;
  readonly #leastLoaded: LeastLoadedPolicy;

  constructor(workers: number, rng: Rng) {
    this.#ring = new HashRing(workers);
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
    const home = this.#ring.ownerOf(key, view.eligible);
    const isBusy = view.ledger.activeRequests(home) > busyFrom(view);
    return isBusy ? this.#leastLoaded.choose(request, view) : home;
  }
}

/** A worker with more active requests than this is passed over. */
function busyFrom({ workers, eligible, eligibleCount, ledger }: ClusterView): number {
  let active = 0;
  for (let worker = 0; worker < workers; worker++) {
    if (eligible[worker] === 1) active += ledger.activeRequests(worker);
  }
  return (PREFIX_HASH_PARAMETERS.loadFactor * (active + 1)) / eligibleCount;
}
