import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnswerPlan, choiceSeed } from '../../../gateway/openai/answer-plan.ts';
import { type ChatRequest, parseChatRequest } from '../../../gateway/openai/chat-request.ts';
import { type Model, ModelCatalog } from '../../../gateway/openai/models.ts';
import { ApiError } from '../../../shared/errors.ts';
import { fc } from '../../support/property.ts';

const catalog = new ModelCatalog({
  autoCreate: true,
  defaultWindow: 8192,
  maxModels: 100,
  reasoningModels: ['thinker*'],
  createdS: 0,
});
const LENGTHS = { tokens: 100, variancePercent: 50 };

function request(fields: Record<string, unknown>): ChatRequest {
  const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields };
  const parsed = parseChatRequest(body);
  assert.ok(!(parsed instanceof ApiError), 'the request is valid');
  return parsed;
}

function model(id: string): Model {
  const found = catalog.find(id, 0);
  assert.ok(found !== undefined);
  return found;
}

function plan(fields: Record<string, unknown>, seed = 1, id = 'm', lengths = LENGTHS): AnswerPlan {
  return new AnswerPlan(request(fields), model(id), lengths, seed, 8000);
}

function wholeText(answer: AnswerPlan): string {
  let text = '';
  for (let i = 0; i < answer.reasoningTokens; i++) text += answer.reasoningPiece(i);
  for (let i = answer.reasoningTokens; i < answer.tokens; i++) {
    text += answer.contentPiece(i - answer.reasoningTokens);
  }
  return text;
}

describe('the length of an answer', () => {
  test('without a limit is uniform around the mean and ends with stop', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 2000; seed++) {
      const { tokens, finishReason } = plan({}, seed);
      assert.ok(tokens >= 50 && tokens <= 150, `${tokens} is within 100 ± 50 %`);
      assert.equal(finishReason, 'stop');
      seen.add(tokens);
    }
    assert.equal(seen.size, 101);
  });

  test('never exceeds the limit, and length means that it was reached', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (limit, seed) => {
        const { tokens, finishReason } = plan({ max_tokens: limit }, seed);
        assert.ok(tokens <= limit);
        assert.equal(finishReason, tokens === limit ? 'length' : 'stop');
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

describe('the text of an answer', () => {
  test('follows from the seed alone, and the pieces join to the whole', () => {
    const answer = plan({}, 5);
    assert.equal(wholeText(answer), answer.contentText);
    assert.equal(plan({}, 5).contentText, answer.contentText);
    assert.notEqual(plan({}, 6).contentText, answer.contentText);
  });

  test('differs between the choices of a request', () => {
    const first = plan({}, choiceSeed(5, 0)).contentText;
    assert.notEqual(plan({}, choiceSeed(5, 1)).contentText, first);
  });

  test('ends before a stop sequence, with stop as its reason', () => {
    const whole = plan({ max_tokens: 60, ignore_eos: true }, 5).contentText;
    const word = whole.split(' ')[10] ?? '';
    const cut = plan({ max_tokens: 60, ignore_eos: true, stop: ` ${word}` }, 5);
    assert.equal(cut.finishReason, 'stop');
    assert.equal(cut.contentText, whole.slice(0, whole.indexOf(` ${word}`)));
    assert.equal(wholeText(cut), cut.contentText);
    assert.ok(cut.tokens < 60);
  });
});

describe('reasoning', () => {
  test('comes first, as a share of the whole, on models that reason', () => {
    const answer = plan({ max_tokens: 50, ignore_eos: true }, 1, 'thinker-1');
    assert.equal(answer.reasoningTokens, 20);
    assert.equal(answer.tokens, 50);
    assert.equal(wholeText(answer), `${answer.reasoningText}${answer.contentText}`);
  });

  test('leaves at least one token for the answer', () => {
    const fields = { max_tokens: 2, ignore_eos: true, reasoning_effort: 'max' };
    assert.equal(plan(fields, 1, 'thinker-1').reasoningTokens, 1);
    assert.equal(plan({ ...fields, max_tokens: 1 }, 1, 'thinker-1').reasoningTokens, 0);
  });

  test('is turned on and off by enable_thinking on any model', () => {
    const on = { max_tokens: 50, chat_template_kwargs: { enable_thinking: true } };
    assert.ok(plan(on).reasoningTokens > 0);
    const off = { max_tokens: 50, chat_template_kwargs: { enable_thinking: false } };
    assert.equal(plan(off, 1, 'thinker-1').reasoningTokens, 0);
    assert.equal(plan(off, 1, 'thinker-1').reasoningText, undefined);
  });
});
