import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChatResponse } from '../../../gateway/api/openai/chat-response.ts';
import type { Answer } from '../../../gateway/generate/answer.ts';
import type { Generation } from '../../../gateway/generate/generation.ts';
import { Generator, type GeneratorHost } from '../../../gateway/generate/generator.ts';
import type { Exchange } from '../../../gateway/http/exchange.ts';
import { ModelCatalog } from '../../../gateway/models/model-catalog.ts';
import { PromptCache } from '../../../gateway/prompt/prompt-cache.ts';
import { PromptReader } from '../../../gateway/prompt/prompt-reader.ts';
import { SlicedWork } from '../../../gateway/prompt/sliced-work.ts';
import { TextPrompt } from '../../../gateway/prompt/text-prompt.ts';
import { SimpleTokenizer } from '../../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { ApiError } from '../../../shared/errors.ts';
import { NO_REQUEST, type RequestId, requestId, workerId } from '../../../shared/ids.ts';
import { chatRequest, modelOf } from '../../support/chat-requests.ts';
import { FakeExchange } from './answer-rig.ts';

interface Submitted {
  readonly promptTokens: number;
  readonly seed: number;
  readonly siblingOf: RequestId;
}

const SETTINGS = {
  seed: 1,
  blockSize: 16,
  workers: 2,
  tokensPerWorker: 1000,
  kvEnabled: true,
  readsSession: false,
  validatesContext: true,
  lengths: { tokens: 10, variancePercent: 0 },
};

/** A generator before a cluster that takes everything and answers nothing. */
function rig() {
  const submitted: Submitted[] = [];
  const started: Answer[] = [];
  const tokenizer = new SimpleTokenizer();
  const models = new ModelCatalog({
    autoCreate: true,
    defaultWindow: 500,
    maxModels: 10,
    reasoningModels: [],
    createdS: 0,
  });
  const host = {
    cluster: {
      submit: (sequence: Submitted) => {
        submitted.push(sequence);
        return { request: requestId(submitted.length), worker: workerId(1), overlapBlocks: 0 };
      },
      extend: () => {},
    },
    tokenizer,
    scratch: new TokenBuffer(),
    nowUs: () => 0,
    batchUs: 0,
    firstToken: () => {},
    profileOf: () => 0,
    outageS: () => undefined,
    noteRouteUs: () => {},
    modelLabel: () => 0,
    promptCacheHit: () => {},
    writeLater: () => {},
    answerStarted: (answer: Answer) => started.push(answer),
  };
  const parts = {
    models,
    prompts: new PromptReader(tokenizer, new SlicedWork()),
    promptCache: new PromptCache({ maxEntries: 0, ttlSeconds: 0, minTokens: 0 }),
  };
  const generator = new Generator(SETTINGS, parts, host as unknown as GeneratorHost);
  const exchange = new FakeExchange();
  const answer = (texts: readonly string[], bodyBytes = 10) =>
    generator.answer(exchange as unknown as Exchange, generationOf(texts), bodyBytes);
  return { answer, generator, exchange, submitted, started };
}

/** Two answers to each prompt. */
function generationOf(texts: readonly string[]): Generation {
  const head = { id: 'x', createdS: 0, modelJson: '"m"', fingerprint: 'fp' };
  return {
    model: modelOf('m'),
    prompts: texts.map((text) => new TextPrompt(text)),
    promptParam: 'prompt',
    sampling: chatRequest({ n: 2, max_tokens: 5, seed: 1 }),
    encoder: new ChatResponse(head),
    priority: 0,
    cacheSalt: '',
    sessionKey: undefined,
    pinned: undefined,
  };
}

describe('a request with several prompts', () => {
  for (const [how, bodyBytes] of [
    ['at once', 10],
    ['over several turns', 10_000_000],
  ] as const) {
    it(`is one answer with the choices of all of them in order, read ${how}`, async () => {
      const { answer, submitted, started } = rig();
      await answer(['one two three', 'four five', 'one two three'], bodyBytes);
      assert.deepEqual(
        submitted.map(({ promptTokens, siblingOf }) => [promptTokens, siblingOf]),
        [
          [3, NO_REQUEST],
          [3, 1],
          [2, NO_REQUEST],
          [2, 3],
          [3, NO_REQUEST],
          [3, 5],
        ],
      );
      const seeds = submitted.map(({ seed }) => seed);
      assert.deepEqual(seeds.slice(4), seeds.slice(0, 2), 'equal prompts have equal answers');
      assert.equal(new Set(seeds).size, 4);
      assert.equal(started.length, 1);
      assert.equal(started[0]?.choices.length, 6);
      assert.equal(started[0]?.start.usage.promptTokens, 8);
    });
  }

  it('plans a few dozen prompts in a turn of the event loop, however short they are', async () => {
    const { answer, started } = rig();
    let turns = 0;
    const count = () => {
      turns++;
      if (started.length === 0) setImmediate(count);
    };
    setImmediate(count);
    await answer(Array.from({ length: 1000 }, () => 'one'));
    assert.equal(started[0]?.choices.length, 2000);
    assert.ok(turns >= 7, `${turns}`);
  });

  it('counts what was cached of each of them once', async () => {
    const { answer, started } = rig();
    await answer(['one two three', 'four five']);
    const [all] = started;
    for (const [choice, cached] of [2, 3, 1, 2].entries()) {
      all?.choices[choice]?.started(requestId(choice + 1), cached, 0);
    }
    assert.equal(all?.start.usage.cachedTokens, 3);
  });

  it('is refused before anything is placed if one of them has no room', async () => {
    const { answer, exchange, submitted, started } = rig();
    await answer(['one', 'word '.repeat(2000)]);
    assert.equal(exchange.sentStatus, 400);
    assert.deepEqual([submitted.length, started.length], [0, 0]);
  });
});

describe('what a request names', () => {
  it('is a worker by number or name, if there is one', () => {
    const { generator } = rig();
    assert.deepEqual(
      ['1', 'worker-0'].map((name) => generator.workerOf(name)),
      [1, 0],
    );
    for (const name of ['2', 'worker-2', 'x', '-1']) {
      const refusal = generator.workerOf(name);
      assert.ok(refusal instanceof ApiError && refusal.code === 'worker_not_found');
    }
  });

  it('is a model', () => {
    assert.equal(Reflect.get(rig().generator.modelOf('any', 0), 'id'), 'any');
  });
});
