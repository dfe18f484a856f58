import { assertNever } from '../../../shared/assert.ts';
import type { PolicyName } from '../../../shared/policy-names.ts';
import type { Rng } from '../../../shared/rng.ts';
import type { RoutingPolicy } from '../routing-policy.ts';
import type { StepEstimate } from '../step-estimate.ts';
import { CACHE_AWARE_PARAMETERS, CacheAwarePolicy } from './cache-aware.ts';
import { DYNAMO_PARAMETERS, DynamoPolicy } from './dynamo.ts';
import { RING_PARAMETERS } from './hash-ring.ts';
import { LeastLoadedPolicy } from './least-loaded.ts';
import { LLM_D_ESTIMATE_PARAMETERS, LLM_D_WEIGHTS, LlmDPolicy } from './llm-d.ts';
import { MooncakePolicy } from './mooncake.ts';
import { PowerOfTwoPolicy } from './power-of-two.ts';
import { PREBLE_PARAMETERS, PreblePolicy } from './preble.ts';
import { PREFIX_HASH_PARAMETERS, PrefixHashPolicy } from './prefix-hash.ts';
import { RandomPolicy } from './random.ts';
import { RoundRobinPolicy } from './round-robin.ts';
import { SessionPolicy } from './session.ts';
import { SmartPolicy } from './smart.ts';

/**
 * `blockSize` in tokens; `temperature` is that of `smart`, the others have none of the user's;
 * `steps` is what the workers take.
 */
export function createPolicy(
  name: PolicyName,
  workers: number,
  blockSize: number,
  temperature: number,
  steps: StepEstimate,
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
    case 'dynamo':
      return new DynamoPolicy(workers, rng);
    case 'llm-d':
    case 'llm-d-default':
    case 'llm-d-load':
      return new LlmDPolicy(workers, blockSize, LLM_D_WEIGHTS[name], rng);
    case 'preble':
      return new PreblePolicy(workers, steps, rng);
    case 'mooncake':
      return new MooncakePolicy(workers, steps, rng);
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
    case 'dynamo':
      return { ...DYNAMO_PARAMETERS };
    case 'llm-d':
    case 'llm-d-load':
      return LLM_D_WEIGHTS[name];
    case 'llm-d-default':
      return { ...LLM_D_WEIGHTS[name], ...LLM_D_ESTIMATE_PARAMETERS };
    case 'preble':
      return PREBLE_PARAMETERS;
    default:
      return {};
  }
}
