import { timeUs } from '../../shared/units.ts';
import { LoadLedger } from './load-ledger.ts';
import { ModulePolicy } from './policies/module-policy.ts';
import type { PolicyCluster, PolicyModule } from './policy-module.ts';
import { PrefixIndex } from './prefix-index.ts';
import type { ClusterView } from './routing-policy.ts';

/** Blocks of the prompt that a policy is tried with. */
const PROMPT_BLOCKS = 2;
const BLOCKS_PER_WORKER = 1024;

/**
 * Has a policy choose among the idle workers of a cluster, for a request of a session and for one
 * of none. Throws `PolicyError` if it cannot.
 */
export function tryPolicy(file: string, module: PolicyModule, cluster: PolicyCluster): void {
  const policy = new ModulePolicy(file, module, cluster);
  const view = idleView(cluster);
  for (const sessionKey of [1, undefined]) {
    policy.choose(
      {
        hashes: Uint32Array.of(1, 0, 2, 0),
        promptBlocks: PROMPT_BLOCKS,
        promptTokens: PROMPT_BLOCKS * cluster.blockSize + 1,
        sessionKey,
        pinned: undefined,
      },
      view,
    );
  }
}

function idleView({ workers, blockSize }: PolicyCluster): ClusterView {
  return {
    workers,
    blockSize,
    blocksPerWorker: BLOCKS_PER_WORKER,
    atUs: timeUs(0),
    eligible: new Uint8Array(workers).fill(1),
    eligibleCount: workers,
    overlapBlocks: new Int32Array(workers),
    cost: new Float64Array(workers),
    terms: new Float32Array(0),
    ledger: new LoadLedger(workers, blockSize),
    index: new PrefixIndex(workers, PROMPT_BLOCKS),
  };
}
