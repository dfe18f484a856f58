import { nextU32, Rng } from '../../shared/rng.ts';

/** Normal values: half of them drawn, the others with the other sign, so that the mean is 0. */
const VALUES = 4096;
const INDEX_BITS = 12;
const normals = new Float32Array(VALUES);

const draws = new Rng(0x766563);
for (let at = 0; at < VALUES; at += 2) {
  const value = draws.normal(0, 1);
  normals[at] = value;
  normals[at + 1] = -value;
}

const state = new Uint32Array(1);

/**
 * Adds `weight` times the vector that belongs to `seed` to `sum`: as many values of a normal
 * distribution as that has. Two are taken of each draw, out of a table, which costs a tenth of what
 * it costs to compute them.
 */
export function addWordVector(sum: Float32Array, seed: number, weight = 1): void {
  state[0] = seed;
  const { length } = sum;
  for (let at = 0; at < length; at += 2) {
    const draw = nextU32(state, 0);
    sum[at] = sum[at]! + weight * normals[draw >>> (32 - INDEX_BITS)]!;
    // A value behind the end of an odd number is not kept.
    sum[at + 1] = sum[at + 1]! + weight * normals[draw & (VALUES - 1)]!;
  }
}
