import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChatPrompt } from '../../../gateway/api/openai/chat-template.ts';
import { STANDARD_IMAGE_COST } from '../../../gateway/prompt/media-tokens.ts';
import { PromptReader } from '../../../gateway/prompt/prompt-reader.ts';
import { SlicedWork } from '../../../gateway/prompt/sliced-work.ts';
import { loadO200k } from '../../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { ApiError } from '../../../shared/errors.ts';
import { parseChatRequest } from '../../support/chat-requests.ts';

function promptOf(messages: readonly unknown[], tools: readonly unknown[] = []) {
  const request = parseChatRequest({ model: 'm', messages, tools });
  if (request instanceof ApiError) throw new Error(request.message);
  return new ChatPrompt(request.messages, request.tools);
}

function idsOf({ ids, length }: TokenBuffer): number[] {
  return [...ids.subarray(0, length)];
}

const url = 'https://example.com/?width=600&height=600';
const LONG = promptOf(
  [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      name: 'ada',
      content: [
        { type: 'text', text: 'All that is known of it, word by word. '.repeat(2000) },
        { type: 'image_url', image_url: { url } },
        { type: 'text', text: '' },
        { type: 'text', text: 'What is it?' },
        { type: 'input_audio', input_audio: { data: 'A'.repeat(400_000), format: 'wav' } },
      ],
    },
  ],
  [{ type: 'function', function: { name: 'f', description: 'A description. '.repeat(1000) } }],
);

describe('a prompt', async () => {
  for (const tokenizer of [new SimpleTokenizer(), await loadO200k()]) {
    it(`has the same ids in slices as at once (${tokenizer.kind})`, async () => {
      const reader = new PromptReader(tokenizer, new SlicedWork());
      const [whole, sliced] = [new TokenBuffer(), new TokenBuffer()];
      const audio = reader.read(LONG, STANDARD_IMAGE_COST, whole);
      assert.ok(audio > 1);
      const always = () => true;
      assert.equal(await reader.readInSlices(LONG, STANDARD_IMAGE_COST, sliced, always), audio);
      assert.deepEqual(idsOf(sliced), idsOf(whole));
    });

    it(`is not read beyond what may fit (${tokenizer.kind})`, async () => {
      const reader = new PromptReader(tokenizer, new SlicedWork());
      const [whole, sliced] = [new TokenBuffer(), new TokenBuffer()];
      for (const out of [whole, sliced]) out.limit = 5000;
      reader.read(LONG, STANDARD_IMAGE_COST, whole);
      await reader.readInSlices(LONG, STANDARD_IMAGE_COST, sliced, () => true);
      for (const out of [whole, sliced]) {
        assert.ok(out.isFull);
        assert.ok(out.length < 5000 + 100);
      }
    });
  }

  it('takes a turn of the event loop for each part', async () => {
    const tokenizer = await loadO200k();
    const work = new SlicedWork();
    const reader = new PromptReader(tokenizer, work);
    const out = new TokenBuffer();
    const read = reader.readInSlices(
      promptOf([{ role: 'user', content: 'x '.repeat(50_000) }]),
      STANDARD_IMAGE_COST,
      out,
      () => true,
    );
    let turns = 0;
    let most = 0;
    for (let before = 0; work.size > 0; before = out.length) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, out.length - before);
      turns++;
    }
    await read;
    assert.ok(turns >= 100_000 / tokenizer.partLength);
    assert.ok(most <= tokenizer.partLength + 100);
  });

  it('that nobody wants any more is not read on', async () => {
    const tokenizer = await loadO200k();
    const out = new TokenBuffer();
    let asked = 0;
    const isWanted = () => ++asked <= 2;
    const reader = new PromptReader(tokenizer, new SlicedWork());
    await reader.readInSlices(LONG, STANDARD_IMAGE_COST, out, isWanted);
    assert.equal(asked, 3);
    assert.ok(out.length < 3 * tokenizer.partLength);
  });
});
