import type { ClusterRequest } from '../../engine/cluster/request.ts';
import type { RouterConfig } from '../../engine/router/smart-router.ts';
import { NO_REQUEST } from '../../shared/ids.ts';
import { SPEC_DEFAULTS } from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';
import { hashesOf, workerConfigWith } from './sequences.ts';

/** A router of two workers with blocks of four tokens, and what a test changes of it. */
export function routerConfigWith(changes: Partial<RouterConfig> = {}): RouterConfig {
  const { numBlocks, latency, maxNumSeqs, maxNumBatchedTokens } = workerConfigWith();
  return {
    policy: 'smart',
    overlapWeight: 1,
    loadBalanceWeight: 0.5,
    temperature: 0,
    blockSize: 4,
    workers: 2,
    blocksPerWorker: numBlocks,
    latency,
    maxNumSeqs,
    maxNumBatchedTokens,
    kvEnabled: true,
    indexCapBlocks: 1 << 16,
    decisionLogCapacity: 0,
    seed: 1,
    ...changes,
  };
}

/** A request of 8 prompt and 4 answer tokens by the name `name`, and what a test changes of it. */
export function clusterRequestWith(
  name: number,
  changes: Partial<ClusterRequest> = {},
): ClusterRequest {
  const promptTokens = changes.promptTokens ?? 8;
  const outputTokens = changes.outputTokens ?? 4;
  return {
    hashes: hashesOf(4, [name, promptTokens + outputTokens]),
    promptBlocks: Math.floor(promptTokens / 4),
    promptTokens,
    outputTokens,
    sessionKey: name,
    pinned: undefined,
    arrivedUs: timeUs(0),
    seed: name,
    ...SPEC_DEFAULTS,
    siblingOf: NO_REQUEST,
    ...changes,
  };
}
