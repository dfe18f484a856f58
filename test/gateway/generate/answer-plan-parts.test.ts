import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnswerPart } from '../../../gateway/generate/answer-content.ts';
import { AnswerPlan } from '../../../gateway/generate/answer-plan.ts';
import { AnswerText } from '../../../gateway/generate/answer-text.ts';
import { GivenText } from '../../../gateway/text/given-text.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { StopSequences } from '../../../gateway/text/stop-matcher.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';

const TOKENIZER = new SimpleTokenizer();
const SAID = 'Say "hi".\nThen, go on.';

function said(text = SAID): AnswerPart {
  return { kind: 'text', text: new GivenText(text, TOKENIZER) };
}

function call(name: string, json: string): AnswerPart {
  return {
    kind: 'call',
    text: new GivenText(json, TOKENIZER, name),
    call: { id: `call_${name}`, name },
  };
}

interface Asked {
  readonly fields?: Record<string, unknown>;
  readonly model?: string;
  readonly stop?: readonly string[];
  readonly room?: number;
}

function answerOf(parts: readonly AnswerPart[], asked: Asked = {}) {
  const { fields = {}, model = 'm', stop, room = 8000 } = asked;
  const request = chatRequest(fields);
  const plan = AnswerPlan.ofParts(request, modelOf(model), parts, 'tool_calls', 5, room);
  return { plan, text: new AnswerText(plan, stop && new StopSequences(stop, 0)) };
}

/** What is given out token by token, as text. */
function taken(text: AnswerText): string {
  let inside = '';
  while (!text.hasEnded) inside += text.next();
  return JSON.parse(`"${inside}"`);
}

describe('an answer that is given', () => {
  test('is said as it is, part by part, and ends with its own end', () => {
    const parts = [said(), call('look', '{"at":"x"}')];
    const { plan, text } = answerOf(parts);
    assert.equal(taken(text), `${SAID}{"at":"x"}`);
    assert.equal(text.finishReason, 'tool_calls');
    assert.deepEqual(
      plan.segments.map(({ kind, call: called }) => [kind, called?.name]),
      [
        ['text', undefined],
        ['call', 'look'],
      ],
    );
  });

  test('takes no heed of min_tokens and ignore_eos', () => {
    const whole = answerOf([said()]).plan;
    const { plan } = answerOf([said()], { fields: { ignore_eos: true, max_tokens: 500 } });
    assert.equal(plan.tokens, whole.tokens);
    assert.ok(plan.endsNaturally);
    assert.equal(answerOf([said()], { fields: { min_tokens: 400 } }).plan.tokens, whole.tokens);
  });

  test('is cut at its limit, which is an end by length', () => {
    const parts = [said(), call('look', '{"at":"x"}')];
    const { tokens } = parts[0]!.text;
    for (const limit of [1, tokens - 1, tokens, tokens + 1]) {
      const { plan, text } = answerOf(parts, { fields: { max_tokens: limit } });
      assert.equal(plan.tokens, limit);
      assert.ok(`${SAID}{"at":"x"}`.startsWith(taken(text)));
      assert.equal(text.finishReason, 'length');
    }
    assert.equal(answerOf(parts, { room: 3 }).plan.tokens, 3);
  });

  test('comes after the thoughts of a model that reasons', () => {
    const { plan, text } = answerOf([said()], { model: 'thinker-1' });
    assert.equal(plan.segments[0]?.kind, 'reasoning');
    assert.ok(taken(text).endsWith(SAID));
    assert.ok(text.reasoningTokens > 0);
    const cut = answerOf([said()], { model: 'thinker-1', fields: { max_tokens: 4 } });
    assert.equal(cut.plan.tokens, 4);
  });

  test('ends before a stop sequence, which is looked for in what it says and not in calls', () => {
    const parts = [said(), call('look', '{"at":"x"}')];
    for (const stop of ['"hi"', '\n', ' go']) {
      const { text } = answerOf(parts, { stop: [stop] });
      assert.equal(taken(text), SAID.slice(0, SAID.indexOf(stop)));
      assert.equal(text.finishReason, 'stop');
      const inside = text.textOf(0, 0, text.tokensOf(0));
      assert.equal(JSON.parse(`"${inside}"`), SAID.slice(0, SAID.indexOf(stop)));
      assert.equal(text.tokensOf(1), 0);
    }
    assert.equal(taken(answerOf(parts, { stop: ['on.{', 'at'] }).text), `${SAID}{"at":"x"}`);
  });
});
