import { assertNever } from '../../../shared/assert.ts';
import type { PolicyName } from '../../../shared/policy-names.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { RoutingPolicy } from '../routing-policy.ts';
import { CACHE_AWARE_PARAMETERS, CacheAwarePolicy } from './cache-aware.ts';
import { RING_PARAMETERS } from './hash-ring.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';
import { PowerOfTwoPolicy } from './power-of-two.ts';
import { PREFIX_HASH_PARAMETERS, PrefixHashPolicy } from './prefix-hash.ts';
import { RandomPolicy } from './random.ts';
import { RoundRobinPolicy } from './round-robin.ts';
import { SessionPolicy } from './session.ts';
import { SmartPolicy } from './smart.ts';

/** `blockSize` in tokens; `temperature` is that of `smart`, the others have none. */
export function createPolicy(
  name: PolicyName,
  workers: number,
  blockSize: number,
  temperature: number,
  rng: Rng,
): RoutingPolicy {
  switch (name) {
    case 'smart':
      return new SmartPolicy(workers, temperature, rng);
    case 'round-robin':
      return new RoundRobinPolicy();
    case 'random':
      return new RandomPolicy(rng);
    case 'least-loaded':
      return new LeastLoadedPolicy(workers, rng);
    case 'power-of-two':
      return new PowerOfTwoPolicy(rng);
    case 'session':
      return new SessionPolicy(workers, rng);
    case 'cache-aware':
      return new CacheAwarePolicy(workers, blockSize, rng);
    case 'prefix-hash':
      return new PrefixHashPolicy(workers, rng);
    default:
      return assertNever(name);
  }
}

/** The constants of a policy, for the record of results. What can be set is configuration. */
export function policyParameters(name: PolicyName): Readonly<Record<string, number>> {
  switch (name) {
    case 'cache-aware':
      return CACHE_AWARE_PARAMETERS;
    case 'prefix-hash':
      return { ...PREFIX_HASH_PARAMETERS, ...RING_PARAMETERS };
    case 'session':
      return RING_PARAMETERS;
    default:
      return {};
  }
}
