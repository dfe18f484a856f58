import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Quantiles } from '../../../lab/analyze/quantiles.ts';
import { readTrace } from '../../../lab/traces/trace-reader.ts';
import { TableSource } from '../../../lab/traces/trace-table.ts';
import { chunksOf, missing, type RealTrace } from '../traces/real-trace.ts';
import { type DescribedTrace, describedTrace } from './described-trace.ts';

async function statsOf(chunks: Iterable<string>, blockSize = 512): Promise<DescribedTrace> {
  return describedTrace(new TableSource(await readTrace(chunks)), blockSize);
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** Mean to one decimal and the given quantiles, rounded down to whole tokens. */
function figures(of: Quantiles, names: readonly (keyof Quantiles)[]): number[] {
  return [rounded(of.mean, 1), ...names.map((name) => Math.floor(of[name]))];
}

const MOONCAKE: RealTrace = 'mooncake_conversation_trace.jsonl';

test('Mooncake conversation trace: the published hit rate of an infinite cache, exactly', {
  skip: missing(MOONCAKE),
}, async () => {
  const { reuse, workingSet } = await statsOf(chunksOf(MOONCAKE));
  assert.equal(reuse.blockReferences, 288_500);
  assert.equal(reuse.distinctBlocks, 182_790);
  assert.equal(reuse.blockRatio, (288_500 - 182_790) / 288_500);
  assert.equal(rounded(reuse.blockRatio, 4), 0.3664);
  assert.equal(rounded(reuse.tokenRatio, 4), 0.3736);
  assert.equal(rounded(reuse.withoutHit, 4), 0.0001);
  assert.equal(rounded(reuse.withFullHit, 4), 0.0098);
  assert.equal(rounded(reuse.perRequest.mean, 3), 0.409);
  assert.equal(rounded(reuse.perRequest.p50, 3), 0.363);
  assert.equal(rounded(reuse.perRequest.p90, 3), 0.948);
  assert.equal(rounded(reuse.blocksUsedOnce, 3), 0.758);
  assert.equal(rounded(reuse.blocksUsedTenTimes, 4), 0.0073);
  // Full blocks only, and the last token of a full hit is computed again.
  assert.equal(rounded(workingSet.hitBound, 4), 0.3734);
});

test('Mooncake conversation trace: the bound of a replay hardly depends on its block size', {
  skip: missing(MOONCAKE),
}, async () => {
  const { workingSet } = await statsOf(chunksOf(MOONCAKE), 64);
  assert.ok(workingSet.hitBound > 0.3734 && workingSet.hitBound < 0.3745);
});

test('Mooncake conversation trace: arrivals and lengths', { skip: missing(MOONCAKE) }, async () => {
  const stats = await statsOf(chunksOf(MOONCAKE));
  const names = ['min', 'p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const;
  assert.equal(stats.requests, 12_031);
  assert.equal(stats.distinctArrivals, 1180);
  assert.equal(rounded(stats.spanSeconds, 0), 3537);
  assert.equal(rounded(stats.requestsPerSecond, 2), 3.4);
  assert.equal(rounded(stats.gapCv, 2), 3.03);
  assert.equal(rounded(stats.rateMinuteMin, 1), 2.4);
  assert.equal(rounded(stats.rateMinuteMax, 1), 4.1);
  assert.deepEqual(
    figures(stats.promptTokens, names),
    [12_035.1, 891, 964, 2306, 6909, 15_367, 27_367, 39_550, 85_400, 126_195],
  );
  assert.deepEqual(
    figures(stats.outputTokens, names),
    [342.6, 1, 24, 156, 350, 472, 597, 698, 1118, 2000],
  );
  assert.equal(Math.round(stats.promptTokens.mean * stats.requests), 144_793_823);
});

const AZURE = [
  {
    trace: 'AzureLLMInferenceTrace_code.csv',
    counts: [8819, 2.57, 13.15, 0, 10.5],
    input: [2047.8, 1469, 5187, 7436, 7437],
    output: [27.9, 13, 55, 251, 1899],
  },
  {
    trace: 'AzureLLMInferenceTrace_conv.csv',
    counts: [19_366, 5.53, 1.09, 3.2, 8.5],
    input: [1154.7, 1020, 2734, 4142, 14_050],
    output: [211.1, 129, 424, 601, 1000],
  },
] as const;

for (const { trace, counts, input, output } of AZURE) {
  test(`${trace}: arrivals and lengths, and nothing shared`, { skip: missing(trace) }, async () => {
    const stats = await statsOf(chunksOf(trace));
    const names = ['p50', 'p90', 'p99', 'max'] as const;
    assert.deepEqual(
      [
        stats.requests,
        rounded(stats.requestsPerSecond, 2),
        rounded(stats.gapCv, 2),
        rounded(stats.rateMinuteMin, 1),
        rounded(stats.rateMinuteMax + 1e-9, 1),
      ],
      counts,
    );
    assert.deepEqual(figures(stats.promptTokens, names), input);
    assert.deepEqual(figures(stats.outputTokens, names), output);
    assert.equal(stats.workingSet.hitBound, 0);
    assert.equal(stats.reuse.blocksUsedOnce, 1);
  });
}

test('a small trace is described exactly', async () => {
  const stats = await statsOf([
    '{"timestamp": 0, "input_length": 1024, "output_length": 1, "hash_ids": [1, 2]}\n',
    '{"timestamp": 1000, "input_length": 1024, "output_length": 1, "hash_ids": [1, 2]}\n',
    '{"timestamp": 3000, "input_length": 600, "output_length": 1, "hash_ids": [1, 3]}\n',
    '{"timestamp": 3000, "input_length": 600, "output_length": 1, "hash_ids": [4, 5]}\n',
  ]);
  assert.equal(stats.requests, 4);
  assert.equal(stats.distinctArrivals, 3);
  assert.equal(stats.spanSeconds, 3);
  assert.equal(stats.reuse.blockReferences, 8);
  assert.equal(stats.reuse.distinctBlocks, 5);
  assert.equal(stats.reuse.blockRatio, 3 / 8);
  assert.equal(stats.reuse.tokenRatio, (1024 + 512) / (1024 * 2 + 600 * 2));
  assert.equal(stats.workingSet.hitBound, (512 + 512) / (1024 * 2 + 600 * 2));
  assert.equal(stats.reuse.withoutHit, 1 / 2);
  assert.equal(stats.reuse.withFullHit, 1 / 4);
  assert.equal(stats.reuse.blocksUsedOnce, 3 / 5);
});
