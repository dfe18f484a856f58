import fc from 'fast-check';

/**
 * The seed of every random test: always the same under `npm test`, a fresh one in each round of
 * `npm run test:fuzz`, which says it. So does a property that fails.
 */
export const SEED = Number(process.env.FUZZ_SEED ?? 1);

fc.configureGlobal({ seed: SEED });

export { fc };

/**
 * Seeds of scenarios that are drawn whole from one, `usual` of them or as many as `SEEDS` says. A
 * seed that fails is a bug, which gets a test of its own: `FUZZ_SEED=123 SEEDS=1` runs it alone.
 */
export function seedsOf(usual: number): number[] {
  return Array.from({ length: Number(process.env.SEEDS ?? usual) }, (_, at) => SEED + at);
}
