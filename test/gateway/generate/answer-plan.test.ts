import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { AnswerPlan } from '../../../gateway/generate/answer-plan.ts';
import { CorpusAnswer } from '../../../gateway/text/answer.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';
import { fc } from '../../support/property.ts';

const LENGTHS = { tokens: 100, variancePercent: 50 };

function plan(fields: Record<string, unknown>, seed = 1, id = 'm', lengths = LENGTHS): AnswerPlan {
  return AnswerPlan.ofCorpus(chatRequest(fields), modelOf(id), lengths, seed, 8000);
}

/** Tokens of the reasoning of a plan. */
function reasoningOf({ segments }: AnswerPlan): number {
  return segments.find(({ kind }) => kind === 'reasoning')?.tokens ?? 0;
}

describe('the length of an answer', () => {
  test('without a limit is uniform around the mean and is its natural end', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 2000; seed++) {
      const { tokens, endsNaturally } = plan({}, seed);
      assert.ok(tokens >= 50 && tokens <= 150, `${tokens} is within 100 ± 50 %`);
      assert.equal(endsNaturally, true);
      seen.add(tokens);
    }
    assert.equal(seen.size, 101);
  });

  test('never exceeds the limit, and at the limit it does not end naturally', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (limit, seed) => {
        const { tokens, endsNaturally } = plan({ max_tokens: limit }, seed);
        assert.ok(tokens <= limit);
        assert.equal(endsNaturally, tokens < limit);
      }),
    );
  });

  test('with ignore_eos is exactly the limit, or the mean where there is none', () => {
    assert.equal(plan({ max_tokens: 7, ignore_eos: true }).tokens, 7);
    assert.equal(plan({ max_tokens: 700, ignore_eos: true }).tokens, 700);
    assert.equal(plan({ ignore_eos: true }).tokens, 100);
  });

  test('is at least min_tokens', () => {
    for (let seed = 0; seed < 100; seed++) {
      assert.ok(plan({ min_tokens: 140, max_tokens: 400 }, seed).tokens >= 140);
    }
    assert.equal(plan({ min_tokens: 30, max_tokens: 30 }).tokens, 30);
  });

  test('is at least one token', () => {
    assert.equal(plan({}, 1, 'm', { tokens: 1, variancePercent: 100 }).tokens, 1);
  });
});

test('a plan makes no text, so that it costs the same for any length', () => {
  const draws = mock.method(CorpusAnswer.prototype, 'piece');
  const texts = mock.method(CorpusAnswer.prototype, 'text');
  plan({ max_tokens: 2_000_000_000, ignore_eos: true, stop: ['a', 'b'] });
  assert.equal(draws.mock.callCount() + texts.mock.callCount(), 0);
  mock.restoreAll();
});

describe('reasoning', () => {
  test('comes first, as a share of the whole, on models that reason', () => {
    const answer = plan({ max_tokens: 50, ignore_eos: true }, 1, 'thinker-1');
    assert.deepEqual(
      answer.segments.map(({ kind, tokens }) => [kind, tokens]),
      [
        ['reasoning', 20],
        ['text', 30],
      ],
    );
    assert.equal(answer.tokens, 50);
    assert.deepEqual(
      answer.segments.map((segment) => segment.read().tokens),
      [20, 30],
    );
  });

  test('leaves at least one token for the answer', () => {
    const fields = { max_tokens: 2, ignore_eos: true, reasoning_effort: 'max' };
    assert.equal(reasoningOf(plan(fields, 1, 'thinker-1')), 1);
    assert.equal(reasoningOf(plan({ ...fields, max_tokens: 1 }, 1, 'thinker-1')), 0);
  });

  test('is no more than the request says', () => {
    const request = chatRequest({ max_tokens: 50, ignore_eos: true });
    const limited = (reasoningLimit: number, id: string): AnswerPlan =>
      AnswerPlan.ofCorpus({ ...request, reasoningLimit }, modelOf(id), LENGTHS, 1, 8000);
    assert.equal(reasoningOf(limited(7, 'thinker-1')), 7);
    assert.equal(limited(7, 'thinker-1').tokens, 50);
    assert.equal(reasoningOf(limited(21, 'thinker-1')), 20);
    assert.equal(reasoningOf(limited(7, 'm')), 0);
  });

  test('is turned on and off by enable_thinking on any model', () => {
    const on = { max_tokens: 50, chat_template_kwargs: { enable_thinking: true } };
    assert.ok(reasoningOf(plan(on)) > 0);
    const off = { max_tokens: 50, chat_template_kwargs: { enable_thinking: false } };
    assert.equal(reasoningOf(plan(off, 1, 'thinker-1')), 0);
  });
});
