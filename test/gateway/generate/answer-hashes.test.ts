import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AnswerHashes,
  PromptHashes,
  wholeHashes,
} from '../../../gateway/generate/answer-hashes.ts';
import { AnswerPlan } from '../../../gateway/generate/answer-plan.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { HASH_WORDS, hashBlocks, hashRoot } from '../../../shared/block-hash.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';
import { fc } from '../../support/property.ts';

const ROOT = hashRoot(1);
const scratch = new TokenBuffer();

function rig(promptTokens: number, tokens: number, blockSize: number) {
  const request = chatRequest({ max_tokens: tokens, ignore_eos: true });
  const lengths = { tokens, variancePercent: 0 };
  const plan = AnswerPlan.ofCorpus(request, modelOf('thinker-1'), lengths, 9, tokens);
  const ids = new TokenBuffer(1);
  for (let id = 0; id < promptTokens; id++) ids.push(id * 7919);
  const prompt = new PromptHashes(ids, blockSize, ROOT);
  const hashes = new AnswerHashes(prompt, plan, 'simple');
  const atOnce = wholeHashes(ids, plan, 'simple', blockSize, ROOT);
  assert.equal(ids.length, promptTokens);
  for (const segment of plan.segments) segment.read().appendIds(ids, 'simple', 0, segment.tokens);
  const blocks = Math.floor(ids.length / blockSize);
  const whole = new Uint32Array(blocks * HASH_WORDS);
  hashBlocks(ids.ids, ids.length, blockSize, ROOT, whole);
  assert.deepEqual(atOnce, whole);
  return { prompt, hashes, whole };
}

test('hashes made bit by bit are those of prompt and answer as a whole', () => {
  const tokens = fc.integer({ min: 1, max: 9000 });
  const gaps = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 });
  const small = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(small, tokens, fc.integer({ min: 1, max: 128 }), small, gaps, (...drawn) => {
      const [promptTokens, answerTokens, blockSize, firstTokens, steps] = drawn;
      const { prompt, hashes, whole } = rig(promptTokens, answerTokens, blockSize);
      const all = [...prompt.followedBy(hashes.first(firstTokens, scratch))];
      const reach = Math.min(firstTokens, answerTokens);
      assert.equal(all.length / HASH_WORDS, Math.floor((promptTokens + reach) / blockSize));
      for (let at = 0, turn = 0; !hashes.isComplete; turn++) {
        at = Math.min(answerTokens, at + steps[turn % steps.length]!);
        all.push(...hashes.next(at, scratch));
      }
      assert.deepEqual(all, [...whole]);
    }),
    { numRuns: 300 },
  );
});

test('no call does more work than the tokens that came out since the last one, and a little', () => {
  const { prompt, hashes } = rig(100, 1_000_000, 16);
  const first = hashes.first(4096, scratch).length / HASH_WORDS;
  assert.equal(prompt.blocks + first, Math.floor((100 + 4096) / 16));
  assert.equal(hashes.next(3000, scratch).length, 0, 'these tokens have their hashes');
  assert.ok(hashes.next(4000, scratch).length / HASH_WORDS <= 512 / 16);
  assert.ok(hashes.next(900_000, scratch).length / HASH_WORDS <= 2048 / 16);
});

test('the hashes are ahead of the tokens that come out one by one', () => {
  const blockSize = 16;
  const { prompt, hashes, whole } = rig(10, 20_000, blockSize);
  let made = prompt.followedBy(hashes.first(0, scratch)).length;
  for (let emitted = 1; emitted <= 20_000; emitted++) {
    const full = Math.floor((10 + emitted - 1) / blockSize) * HASH_WORDS;
    assert.ok(made >= full, `${emitted} tokens are out`);
    if (!hashes.isComplete) made += hashes.next(emitted, scratch).length;
  }
  assert.equal(made, whole.length);
});
