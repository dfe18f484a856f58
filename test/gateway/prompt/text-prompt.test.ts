import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STANDARD_IMAGE_COST } from '../../../gateway/prompt/media-tokens.ts';
import type { Prompt } from '../../../gateway/prompt/prompt.ts';
import { PromptReader } from '../../../gateway/prompt/prompt-reader.ts';
import { SlicedWork } from '../../../gateway/prompt/sliced-work.ts';
import { TextPrompt, TokenPrompt } from '../../../gateway/prompt/text-prompt.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';

const reader = new PromptReader(new SimpleTokenizer(), new SlicedWork());

/** Its ids, read at once, which are those that it has when it is read in slices. */
async function idsOf(prompt: Prompt, limit = 1000): Promise<number[]> {
  const [whole, sliced] = [new TokenBuffer(), new TokenBuffer()];
  for (const out of [whole, sliced]) out.limit = limit;
  assert.equal(reader.read(prompt, STANDARD_IMAGE_COST, whole), 0, 'no audio');
  await reader.readInSlices(prompt, STANDARD_IMAGE_COST, sliced, () => true);
  const [ids, again] = [whole, sliced].map(({ ids, length }) => [...ids.subarray(0, length)]);
  assert.deepEqual(again, ids);
  return ids ?? [];
}

test('a text has no tokens but its own', async () => {
  assert.equal((await idsOf(new TextPrompt('one two, three'))).length, 4);
});

test('token ids are the prompt as they are, those of a text the same prompt', async () => {
  const ids = await idsOf(new TextPrompt('one two, three'));
  assert.deepEqual(await idsOf(new TokenPrompt(ids)), ids);
  assert.deepEqual(await idsOf(new TokenPrompt([0, 7, 2 ** 32 - 1])), [0, 7, 2 ** 32 - 1]);
});

test('no more ids are read than show that there are too many', async () => {
  const ids = Array.from({ length: 100 }, (_, at) => at);
  assert.deepEqual(await idsOf(new TokenPrompt(ids), 10), ids.slice(0, 11));
});

test('what has no token is the end of a text', async () => {
  assert.deepEqual(await idsOf(new TextPrompt('')), [199_999]);
  assert.deepEqual(await idsOf(new TextPrompt('  ')), [199_999]);
});
