import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerPlan } from '../../../gateway/generate/answer-plan.ts';
import { AnswerText } from '../../../gateway/generate/answer-text.ts';
import { TokenReader } from '../../../gateway/generate/token-reader.ts';
import { StopSequences } from '../../../gateway/text/stop-matcher.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';

const LENGTHS = { tokens: 60, variancePercent: 0 };

function textOf(model: string, stop?: string): AnswerText {
  const plan = AnswerPlan.ofCorpus(chatRequest({}), modelOf(model), LENGTHS, 9, 1000);
  return new AnswerText(plan, stop === undefined ? undefined : new StopSequences([stop], 0));
}

/** Takes all tokens of a text. Returns what came out, and what a reader made of it, as kinds. */
function readAll(text: AnswerText) {
  const reader = new TokenReader(text);
  const said: Record<string, string> = { reasoning: '', text: '' };
  let given = '';
  while (!text.hasEnded) {
    given += text.next();
    while (reader.hasNext) {
      const { kind } = reader;
      said[kind] += reader.next();
    }
  }
  assert.equal(reader.read, text.tokens);
  return { given, reasoning: said.reasoning ?? '', content: said.text ?? '' };
}

test('the tokens of all segments are read in order, each once', () => {
  for (const model of ['m', 'thinker']) {
    const { given, reasoning, content } = readAll(textOf(model));
    assert.equal(reasoning + content, given);
    assert.equal(reasoning !== '', model === 'thinker');
  }
});

test('tokens that were held back are read one by one, a match not at all', () => {
  const { content: all } = readAll(textOf('m'));
  for (const from of [30, 31, 50, 97]) {
    const stop = all.slice(from, from + 20);
    const { given, content } = readAll(textOf('m', stop));
    assert.equal(content, given);
    assert.equal(content, all.slice(0, all.indexOf(stop)));
  }
});
