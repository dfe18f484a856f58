/**
 * Shares of the cache in use between which room becomes short: what is in use goes up and down.
 * Fitted: from 0.5, 0.7 or 0.8, on llm-d's prompts with full caches.
 */
const SHORT_FROM = 0.5;
const SHORT_TO = 1.2;

/** Share of the cache that holds something above which a new block costs an old one. */
const FULL_FROM = 0.9;

/** How much of what is stored anew takes the place of something, where a share `held` is taken. */
export function fullness(held: number): number {
  if (held <= FULL_FROM) return 0;
  return held >= 1 ? 1 : (held - FULL_FROM) / (1 - FULL_FROM);
}

/**
 * How likely it is that room is short while a share `inUse` of the cache is in use: a smooth step
 * from none at `SHORT_FROM` to certainty at `SHORT_TO`.
 */
export function shortage(inUse: number): number {
  if (inUse <= SHORT_FROM) return 0;
  if (inUse >= SHORT_TO) return 1;
  const share = (inUse - SHORT_FROM) / (SHORT_TO - SHORT_FROM);
  return share * share * (3 - 2 * share);
}
