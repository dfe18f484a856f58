import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnswerPlan, choiceSeed } from '../../../gateway/generate/answer-plan.ts';
import { AnswerText } from '../../../gateway/generate/answer-text.ts';
import { StopSequences } from '../../../gateway/text/stop-matcher.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';

const LENGTHS = { tokens: 100, variancePercent: 50 };

interface Options {
  readonly seed?: number;
  readonly id?: string;
  readonly stop?: readonly string[];
}

function textOf(fields: Record<string, unknown>, { seed = 1, id = 'm', stop }: Options = {}) {
  const request = chatRequest(fields);
  const plan = AnswerPlan.ofCorpus(request, modelOf(id), LENGTHS, seed, 8000);
  return new AnswerText(plan, stop && new StopSequences(stop, request.minTokens));
}

/** Takes all tokens, and returns what was given out with each. */
function taken(text: AnswerText): string[] {
  const given: string[] = [];
  while (!text.hasEnded) given.push(text.next());
  return given;
}

function whole(text: AnswerText): string {
  return text.segments
    .map((_, segment) => text.textOf(segment, 0, text.tokensOf(segment)))
    .join('');
}

describe('the text of an answer', () => {
  test('follows from the seed alone, token by token as in one piece', () => {
    const text = textOf({}, { seed: 5 });
    const streamed = taken(text).join('');
    assert.equal(streamed, whole(text));
    assert.equal(taken(textOf({}, { seed: 5 })).join(''), streamed);
    assert.notEqual(taken(textOf({}, { seed: 6 })).join(''), streamed);
    assert.notEqual(taken(textOf({}, { seed: choiceSeed(5, 1) })).join(''), streamed);
  });

  test('taken at once is the same', () => {
    const text = textOf({}, { id: 'thinker-1' });
    text.takeAll();
    assert.equal(whole(text), taken(textOf({}, { id: 'thinker-1' })).join(''));
    assert.ok(text.hasEnded);
  });

  test('ends with stop where it ends naturally, and with length at its limit', () => {
    for (const [fields, reason] of [
      [{}, 'stop'],
      [{ max_tokens: 7 }, 'length'],
    ] as const) {
      const text = textOf(fields);
      taken(text);
      assert.equal(text.finishReason, reason);
    }
  });

  test('in slices is the same as whole, also where a stop sequence cuts the last token', () => {
    const long = { max_tokens: 60, ignore_eos: true };
    const uncut = taken(textOf(long, { seed: 5 })).join('');
    const stop = [uncut.slice(150, 160)];
    const text = textOf(long, { seed: 5, stop });
    const streamed = taken(text).join('');
    assert.equal(streamed, uncut.slice(0, 150));
    assert.equal(text.finishReason, 'stop');
    assert.ok(text.tokens < 60);
    let sliced = '';
    for (let from = 0; from < text.tokensOf(0); from += 7) {
      sliced += text.textOf(0, from, Math.min(from + 7, text.tokensOf(0)));
    }
    assert.equal(sliced, streamed);
  });
});

describe('reasoning', () => {
  const fields = { max_tokens: 50, ignore_eos: true };

  test('comes first, and no stop sequence is looked for in it', () => {
    const text = textOf(fields, { id: 'thinker-1', stop: ['e'] });
    const given: string[] = [];
    while (text.kind === 'reasoning') given.push(text.next());
    assert.equal(given.length, 20);
    assert.ok(given.join('').includes('e'));
    assert.equal(given.join(''), text.textOf(0, 0, 20));
    taken(text);
    assert.ok(text.hasStopped);
    assert.equal(text.tokens, 20 + text.tokensOf(1));
  });

  test('counts towards min_tokens', () => {
    const all = taken(textOf(fields, { id: 'thinker-1' }));
    const text = textOf({ ...fields, min_tokens: 30 }, { id: 'thinker-1', stop: ['e'] });
    const given = taken(text);
    const ten = all.slice(0, 30).join('').length;
    const match = all.join('').indexOf('e', ten);
    assert.equal(given.join(''), all.join('').slice(0, match));
  });
});

test('what is held back at the limit is given out with the last token', () => {
  const fields = { max_tokens: 12, ignore_eos: true };
  const all = taken(textOf(fields));
  const stop = [`${all.slice(-2).join('')}!`];
  const text = textOf(fields, { stop });
  const given = taken(text);
  assert.deepEqual(given.slice(-2), ['', all.slice(-2).join('')]);
  assert.equal(text.tokens, 12);
  assert.equal(text.finishReason, 'length');
});
