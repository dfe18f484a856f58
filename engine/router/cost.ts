/** How much a block of prefill and a request count against a block of decode. Both are >= 0. */
export interface CostWeights {
  readonly overlap: number;
  readonly loadBalance: number;
}

/**
 * The cost, in blocks, of placing a prompt of `promptBlocks` on a worker; lower is better. It is
 * the cost function of NVIDIA Dynamo's KV router: the prefill that the worker would have to finish,
 * plus the blocks that it would then have in use, plus a term for each request that it serves
 * already. What the worker has cached of the prompt is taken off twice: it need not be computed,
 * and blocks that requests share are in use once. An overlap weight below 1 takes off that share of
 * the second, so that with a weight of 0 load alone decides, and a small weight is nearly that.
 * `prefillBlocksPending` may be a fraction.
 */
export function placementCost(
  weights: CostWeights,
  promptBlocks: number,
  overlapBlocks: number,
  prefillBlocksPending: number,
  decodeBlocks: number,
  activeRequests: number,
): number {
  const { overlap, loadBalance } = weights;
  return (
    overlap * (prefillBlocksPending + promptBlocks - overlapBlocks) +
    (decodeBlocks + promptBlocks - Math.min(overlap, 1) * overlapBlocks) +
    loadBalance * activeRequests
  );
}
