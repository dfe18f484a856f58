/** How much a block of prefill and a request count against a block of decode. Both are >= 0. */
export interface CostWeights {
  readonly overlap: number;
  readonly loadBalance: number;
}

/**
 * The cost, in blocks, of placing a prompt of `promptBlocks` on a worker; lower is better. It is
 * the cost function of NVIDIA Dynamo's KV router: the prefill that the worker would have to finish,
 * what it has cached of the prompt taken off, plus the blocks that its decode steps would then
 * read, plus a term for each request that it serves already. `prefillBlocksPending` may be a
 * fraction.
 */
export function placementCost(
  weights: CostWeights,
  promptBlocks: number,
  overlapBlocks: number,
  prefillBlocksPending: number,
  decodeBlocks: number,
  activeRequests: number,
): number {
  const prefillBlocks = Math.max(prefillBlocksPending + promptBlocks - overlapBlocks, 0);
  return (
    weights.overlap * prefillBlocks +
    (decodeBlocks + promptBlocks) +
    weights.loadBalance * activeRequests
  );
}
