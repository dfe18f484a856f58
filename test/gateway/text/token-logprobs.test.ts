import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likeliestTokens, logprobOf } from '../../../gateway/text/token-logprobs.ts';
import { fc } from '../../support/property.ts';

const SEED = fc.nat(0xffffffff);
const AT = fc.nat(200_000);

test('seven tokens of ten are sure, one of twenty is not at all', () => {
  const drawn = Array.from({ length: 20_000 }, (_, at) => logprobOf(5, at));
  const share = (most: number, least: number) =>
    drawn.filter((logprob) => logprob <= most && logprob >= least).length / drawn.length;
  const shares = [share(-0.001, -0.01), share(-0.1, -0.5), share(-1.5, -3)];
  assert.equal(
    shares.reduce((sum, each) => sum + each),
    1,
    'and none is in between',
  );
  for (const [index, wanted] of [0.7, 0.25, 0.05].entries()) {
    assert.ok(Math.abs((shares[index] ?? 0) - wanted) < 0.01);
  }
});

test('the likeliest tokens are different ones, the chosen one first, and no likelier than 1', () => {
  fc.assert(
    fc.property(SEED, AT, fc.constantFrom(' the', 'a"b', ' river', '.'), (seed, at, chosen) => {
      const tokens = likeliestTokens(seed, at, chosen, 20);
      assert.deepEqual(tokens[0], { token: chosen, logprob: logprobOf(seed, at) });
      assert.equal(new Set(tokens.map(({ token }) => token)).size, 20);
      let sum = 0;
      for (const [index, { logprob }] of tokens.entries()) {
        assert.ok(logprob < (tokens[index - 1]?.logprob ?? 0), 'they fall');
        sum += Math.exp(logprob);
      }
      assert.ok(sum <= 1);
      assert.deepEqual(likeliestTokens(seed, at, chosen, 5), tokens.slice(0, 5));
    }),
  );
});

test('nobody is told of tokens that were not asked for', () => {
  assert.deepEqual(likeliestTokens(1, 2, ' the', 0), []);
});
