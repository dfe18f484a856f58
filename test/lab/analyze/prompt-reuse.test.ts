import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrace } from '../../../lab/traces/trace-reader.ts';
import { TableSource } from '../../../lab/traces/trace-table.ts';
import { chunksOf, missing, type RealTrace } from '../traces/real-trace.ts';
import { describedTrace } from './described-trace.ts';

const MOONCAKE: RealTrace = 'mooncake_conversation_trace.jsonl';

/** Computed from the trace independently of this code, by a cache of each size. */
const PUBLISHED = [
  [1000, '0.0445'],
  [5000, '0.1118'],
  [10_000, '0.2116'],
  [20_000, '0.2878'],
  [30_000, '0.3257'],
  [50_000, '0.3546'],
  [100_000, '0.3637'],
] as const;

test('Mooncake conversation trace: one pass gives the published LRU capacity curve', {
  skip: missing(MOONCAKE),
}, async () => {
  const source = new TableSource(await readTrace(chunksOf(MOONCAKE)));
  const { reuse } = describedTrace(source, 512);
  const rates = new Map(reuse.curve.map(({ blocks, blockHitRate }) => [blocks, blockHitRate]));
  for (const [blocks, rate] of PUBLISHED) assert.equal(rates.get(blocks)?.toFixed(4), rate);
  assert.equal(reuse.curve.at(-1)?.blockHitRate, reuse.blockRatio);
});
