import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerChoice } from '../../../gateway/generate/answer-choice.ts';
import { AnswerHashes, PromptHashes } from '../../../gateway/generate/answer-hashes.ts';
import { HashExtender } from '../../../gateway/generate/hash-extender.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { hashRoot } from '../../../shared/block-hash.ts';
import { requestId } from '../../../shared/ids.ts';
import { AnswerRig } from './answer-rig.ts';

describe('the hashes of an answer’s choices', () => {
  it('are made for a few choices in each turn, of all in their order', () => {
    const extended: number[] = [];
    let added = 0;
    const extender = new HashExtender({
      hasEnded: false,
      extend: ({ index }: AnswerChoice) => extended.push(index),
      extendLater: () => added++,
      broke: assert.fail,
    });
    const { answer } = new AnswerRig({ n: 100 });
    for (const choice of answer.choices) extender.add(choice);
    assert.equal(added, 1);
    while (added > 0) {
      added--;
      const before = extended.length;
      assert.ok(extender.flush(128) <= 128);
      assert.ok(extended.length - before <= 32);
    }
    assert.deepEqual(
      extended,
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it('are not made while a batch of tokens is taken in, however many choices it is of', () => {
    const rig = new AnswerRig({ n: 128, max_tokens: 5000, ignore_eos: true, stream: true });
    const prompt = new PromptHashes(new TokenBuffer(), 16, hashRoot(1));
    for (const choice of rig.answer.choices) {
      const hashes = new AnswerHashes(prompt, choice.plan, 'simple');
      hashes.first(32, new TokenBuffer());
      choice.placed(requestId(choice.index + 1), hashes);
    }
    for (let choice = 0; choice < 128; choice++) rig.out(choice, 100);
    assert.equal(rig.commands.length, 0);
    const [extender] = rig.others;
    while (rig.others.length > 0) rig.others.pop()?.flush(128);
    assert.ok(extender instanceof HashExtender);
    assert.equal(rig.commands.filter((command) => command.startsWith('extend')).length, 128);
  });
});
