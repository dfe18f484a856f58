import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI, { NotFoundError } from 'openai';
import { eventually } from '../support/eventually.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Endpoints that no worker answers, with the `openai` package where it has them. */

let server: TestServer;
let client: OpenAI;
before(async () => {
  server = await startServer(
    `${INSTANT} --moderation-threshold 0.55 --default-voice verse --default-audio-format flac`,
  );
  client = new OpenAI({ baseURL: server.baseURL, apiKey: 'any', maxRetries: 0 });
});
after(() => server.stop());

async function post(path: string, body: unknown, origin = server.origin) {
  const response = await fetch(origin + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, json: JSON.parse(await response.text()) };
}

describe('POST /v1/moderations', () => {
  it('scores texts, each by itself, and flags what is over the threshold', async () => {
    const { id, model, results } = await client.moderations.create({
      input: ['I will attack with a weapon', 'a nice day', ''],
    });
    assert.match(id, /^modr-\w{24}$/);
    assert.equal(model, 'omni-moderation-latest');
    assert.deepEqual(
      results.map(({ flagged }) => flagged),
      [true, false, false],
    );
    for (const { categories, category_scores, category_applied_input_types } of results) {
      const names = Object.keys(categories);
      assert.equal(names.length, 13);
      assert.deepEqual(Object.keys(category_scores), names);
      assert.deepEqual(category_applied_input_types.violence, ['text']);
      for (const [name, score] of Object.entries(category_scores)) {
        assert.equal(categories[name as keyof typeof categories], score > 0.55);
      }
    }
  });

  it('takes text and images as one, and says what was looked at', async () => {
    const { results } = await client.moderations.create({
      model: 'omni-moderation-latest',
      input: [
        { type: 'text', text: 'a nice day' },
        { type: 'image_url', image_url: { url: 'https://images.example/a.png' } },
      ],
    });
    assert.equal(results.length, 1);
    assert.deepEqual(results[0]?.category_applied_input_types.sexual, ['text', 'image']);
    assert.deepEqual(results[0]?.category_applied_input_types.hate, ['text']);
  });

  it('scores 2,048 texts, in parts, as it scores each alone', async () => {
    const input = Array.from({ length: 2048 }, (_, n) => `text ${n}${n % 2 ? ' of hate' : ''}`);
    const many = await client.moderations.create({ input });
    assert.equal(many.results.length, 2048);
    const alone = await client.moderations.create({ input: input[2047]! });
    assert.deepEqual(many.results[2047], alone.results[0]);
  });

  it('refuses no input', async () => {
    const { status, json } = await post('/v1/moderations', { input: [] });
    assert.deepEqual([status, json.error.code, json.error.param], [400, 'empty_array', 'input']);
  });
});

describe('POST /v1/audio/speech', () => {
  const speak = (fields: Partial<OpenAI.Audio.SpeechCreateParams>) =>
    client.audio.speech.create({ model: 'tts-1', voice: 'nova', input: 'one two', ...fields });

  it('answers with a file that is 0.3 s a word long, divided by the speed', async () => {
    for (const [speed, samples] of [
      [1, 14_400],
      [2, 7200],
      [0.25, 57_600],
    ] as const) {
      const response = await speak({ response_format: 'wav', speed });
      assert.equal(response.headers.get('content-type'), 'audio/wav');
      const file = Buffer.from(await response.arrayBuffer());
      assert.equal(file.length, 44 + 2 * samples);
      assert.equal(file.readUInt32LE(40), 2 * samples);
    }
  });

  it('has a type for each format, and that of the settings where none is named', async () => {
    for (const [format, type, start] of [
      [undefined, 'audio/flac', 'fLaC'],
      ['mp3', 'audio/mpeg', '\xff\xf3'],
      ['opus', 'audio/ogg', 'OggS'],
      ['aac', 'audio/aac', '\xff\xf1'],
      ['flac', 'audio/flac', 'fLaC'],
      ['pcm', 'audio/pcm', '\0\0'],
    ] as const) {
      const response = await speak(format === undefined ? {} : { response_format: format });
      assert.equal(response.headers.get('content-type'), type);
      const file = Buffer.from(await response.arrayBuffer()).toString('latin1');
      assert.ok(file.startsWith(start), type);
    }
  });

  it('takes the voice of the settings where none is named', async () => {
    const bytes = async (body: Record<string, unknown>): Promise<string> => {
      const response = await fetch(`${server.baseURL}/audio/speech`, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', input: 'one', response_format: 'pcm', ...body }),
      });
      return Buffer.from(await response.arrayBuffer()).toString('base64');
    };
    assert.equal(await bytes({}), await bytes({ voice: 'verse' }));
    assert.notEqual(await bytes({}), await bytes({ voice: 'alloy' }));
  });

  /** Requests that are over, whatever their clients took of them. */
  async function ended(): Promise<number> {
    const text = await (await fetch(`${server.origin}/metrics/prometheus`)).text();
    const series =
      /fakeai_requests_total\{endpoint="\/v1\/audio\/speech",[^}]*status="200"\} (\d+)/;
    return Number(series.exec(text)?.[1] ?? 0);
  }

  it('leaves nothing behind of a client that does not take all of a long file', async () => {
    const before = await ended();
    const input = 'a '.repeat(2048);
    const response = await speak({ input, speed: 0.25, response_format: 'pcm' });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await eventually('the request has ended', async () => (await ended()) === before + 1);
  });
});

describe('ranking', () => {
  const documents = ['a red fox', { text: 'a blue bird' }, 'the fox'];

  it('sorts documents under each of its names, and gives them back when asked', async () => {
    for (const path of ['/v1/rerank', '/rerank', '/v2/rerank']) {
      const { json } = await post(path, { model: 'm', query: 'red fox', documents });
      assert.deepEqual(
        json.results.map(({ index }: { index: number }) => index),
        [0, 2, 1],
      );
      assert.equal(json.results[0].document, undefined);
      assert.ok(
        json.results.every((each: { relevance_score: number }) => each.relevance_score < 1),
      );
      assert.equal(json.usage.total_tokens, 3 * 2 + 3 + 3 + 2);
    }
    const { json } = await post('/v1/rerank', {
      model: 'm',
      query: 'red fox',
      documents,
      top_n: 2,
      return_documents: true,
    });
    assert.deepEqual(
      json.results.map(({ document }: { document: unknown }) => document),
      [{ text: 'a red fox' }, { text: 'the fox' }],
    );
  });

  it('gives long documents back as they were', async () => {
    const long = [`fox ${'"😀\\\n\u0000é'.repeat(5000)}`, 'x'.repeat(30_000)];
    const { json } = await post('/v1/rerank', {
      model: 'm',
      query: 'fox',
      documents: long,
      return_documents: true,
    });
    const texts = json.results.map(({ document }: { document: { text: string } }) => document.text);
    assert.deepEqual(texts, long);
  });

  it('answers NIM with logits, and refuses what is too long unless it may be cut', async () => {
    const body = {
      model: 'nomic-ai/nomic-embed-text-v1.5',
      query: { text: 'red fox' },
      passages: [{ text: 'red' }, { text: 'word '.repeat(8190) }],
    };
    const refused = await post('/v1/ranking', body);
    assert.equal(refused.json.error.code, 'context_length_exceeded');
    assert.equal(refused.json.error.param, 'passages[1].text');
    const cut = await post('/v1/ranking', { ...body, truncate: 'END' });
    assert.equal(cut.json.rankings[0].index, 0);
    assert.deepEqual(cut.json.usage, { prompt_tokens: 3 + 8191, total_tokens: 3 + 8191 });
  });
});

describe('scores', () => {
  type Row = { readonly score: number };
  const scores = async (body: object, path = '/score'): Promise<number[]> => {
    const { json } = await post(path, body);
    assert.equal(json.object, 'list');
    assert.deepEqual(
      json.data.map(({ index }: { index: number }) => index),
      [...json.data.keys()],
    );
    return json.data.map(({ score }: Row) => score);
  };

  it('compare one text with all, in their order, under both names', async () => {
    const body = { model: 'm', text_1: 'red fox', text_2: ['a blue bird', 'a red fox', 'the fox'] };
    for (const path of ['/score', '/v1/score']) {
      const [bird = 0, both = 0, one = 0] = await scores(body, path);
      assert.ok(0 < bird && bird < one && one < both && both < 1);
    }
    const { json } = await post('/score', body);
    assert.equal(json.usage.total_tokens, 3 * 2 + 3 + 3 + 2);
    const { json: reranked } = await post('/rerank', {
      model: 'm',
      query: 'red fox',
      documents: body.text_2,
    });
    assert.equal(reranked.results[0].relevance_score, json.data[1].score);
  });

  it('compare texts pair by pair, as logits without an activation', async () => {
    const text_1 = ['red fox', 'blue bird', 'blue bird'];
    const text_2 = ['a red fox', 'a red fox', 'the blue bird'];
    const pairs = await scores({ text_1, text_2 });
    const logits = await scores({ text_1, text_2, use_activation: false });
    for (const [at, text] of text_1.entries()) {
      assert.deepEqual(await scores({ text_1: text, text_2: text_2[at] }), [pairs[at]]);
      assert.equal(1 / (1 + Math.exp(-(logits[at] ?? 0))), pairs[at]);
    }
    assert.ok((logits[1] ?? 0) < 0 && (logits[2] ?? 0) > 0);
  });

  it('refuse as many texts as do not match, and names the field of a text that is too long', async () => {
    const uneven = await post('/score', { text_1: ['a', 'b'], text_2: ['a', 'b', 'c'] });
    assert.deepEqual([uneven.status, uneven.json.error.param], [400, 'text_2']);
    const model = 'nomic-ai/nomic-embed-text-v1.5';
    const long = await post('/score', { model, text_1: 'a', text_2: ['b', 'word '.repeat(8192)] });
    assert.equal(long.json.error.code, 'context_length_exceeded');
    assert.equal(long.json.error.param, 'text_2[1]');
  });
});

describe('what is not served', () => {
  it('is named, in the shape of an error of OpenAI', async () => {
    await assert.rejects(client.beta.assistants.list(), (error) => {
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.code, 'endpoint_not_supported');
      assert.match(error.message, /not implemented by this simulator\. Use \/v1\/responses/);
      return true;
    });
  });

  it('is audio, where it is switched off', async (t) => {
    const silent = await startServer(`${INSTANT} --no-enable-audio`);
    t.after(() => silent.stop());
    const body = { model: 'tts-1', input: 'one' };
    const { status, json } = await post('/v1/audio/speech', body, silent.origin);
    assert.deepEqual([status, json.error.code], [404, 'feature_disabled']);
  });
});
