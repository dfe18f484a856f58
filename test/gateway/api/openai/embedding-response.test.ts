import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmbeddingResponse } from '../../../../gateway/api/openai/embedding-response.ts';
import { Embedder } from '../../../../gateway/vectors/embedder.ts';

const USAGE = {
  promptTokens: 5,
  cachedTokens: 0,
  promptAudioTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
};

function responseOf(inputs: readonly (string | readonly number[])[], dimensions = 8) {
  const request = { inputs, dimensions, format: 'base64', modelJson: '"m"' } as const;
  return new EmbeddingResponse(request, new Embedder(0));
}

test('a body in slices is the body at once', () => {
  for (const inputs of [['a'], ['a', 'b c'], [[1, 2], [3]]]) {
    const response = responseOf(inputs);
    const whole = response.whole([], USAGE);
    assert.equal([...response.slices([], USAGE)].join(''), whole);
    const { data, model, usage } = JSON.parse(whole);
    assert.equal(data.length, inputs.length);
    assert.deepEqual([model, usage], ['m', { prompt_tokens: 5, total_tokens: 5 }]);
  }
});

test('a body counts for as long as it takes to make', () => {
  const short = responseOf(['short'], 1536).lengthOf();
  assert.ok(short < 16_384, 'it is sent at once');
  assert.ok(responseOf(Array(6).fill('short'), 1536).lengthOf() > 16_384);
  assert.ok(responseOf(['many words '.repeat(100)], 1536).lengthOf() > 16_384);
  assert.ok(responseOf([Array(1000).fill(1)], 1536).lengthOf() > 16_384);
});
