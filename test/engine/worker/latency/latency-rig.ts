import assert from 'node:assert/strict';
import { createLatencyModel } from '../../../../engine/worker/latency/create-latency-model.ts';
import { StepShape } from '../../../../engine/worker/latency/step-shape.ts';
import type { LatencyConfig } from '../../../../shared/latency-config.ts';

/** New tokens of a chunk, tokens of its prompt, and the scale of its work. */
type Chunk = readonly [newTokens: number, promptTokens: number, scale?: number];

interface Step {
  readonly chunks?: readonly Chunk[];
  readonly starts?: number;
  readonly decodes?: number;
  readonly running?: number;
  readonly cacheUse?: number;
}

interface Prefill {
  readonly uncached?: number;
  readonly scale?: number;
  readonly running?: number;
  readonly cacheUse?: number;
}

/** A step of nothing on a worker that runs one sequence, and what a test changes of it. */
export function stepWith({ chunks = [], ...changes }: Step): StepShape {
  const step = new StepShape(chunks.length);
  for (const [newTokens, promptTokens, scale = 1] of chunks) {
    step.addChunk(newTokens, promptTokens, scale);
  }
  return Object.assign(step, { running: 1, ...changes });
}

/** Duration of a step on a worker that admits 101 sequences. */
export function stepUs(config: LatencyConfig, step: Step): number {
  return createLatencyModel(config, 101).stepUs(stepWith(step));
}

/** A prompt of 1000 tokens with nothing cached on a worker that runs nothing else. */
export function ttftUs(config: LatencyConfig, prefill: Prefill = {}, seed = 1): number {
  const { uncached = 1000, scale = 1, running = 1, cacheUse = 0 } = prefill;
  const step = stepWith({ chunks: [[uncached, 1000, scale]], starts: 1, running, cacheUse });
  return createLatencyModel(config, 101).ttftUs(step, Uint32Array.of(seed), 0);
}

export function itlUs(config: LatencyConfig, running = 1, cacheUse = 0, seed = 1): number {
  const step = stepWith({ running, cacheUse });
  return createLatencyModel(config, 101).itlUs(step, Uint32Array.of(seed), 0);
}

/** Draws of 20,000 sequences, each from a seed of its own. */
export function draws(draw: (seed: number) => number): number[] {
  return Array.from({ length: 20_000 }, (_, seed) => draw(Math.imul(seed + 1, 0x9e3779b1) >>> 0));
}

export function summary(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

export function near(actual: number, expected: number, share = 0.02): void {
  assert.ok(Math.abs(actual - expected) <= share * expected, `${actual} is not near ${expected}`);
}
