/** Every routing policy by its name in settings and reports. */
export const POLICY_NAMES = [
  'smart',
  'round-robin',
  'random',
  'least-loaded',
  'power-of-two',
  'session',
  'cache-aware',
  'prefix-hash',
  'dynamo',
  'llm-d',
  'llm-d-default',
  'llm-d-load',
  'preble',
  'mooncake',
] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

/** False of the name of a user's own policy. */
export function isPolicyName(name: string): name is PolicyName {
  return POLICY_NAMES.some((known) => known === name);
}
