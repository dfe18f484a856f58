import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, afterEach, before, describe, it, mock } from 'node:test';
import { ChatChunks } from '../../gateway/api/openai/chat-chunks.ts';
import { AnswerChoice } from '../../gateway/generate/answer-choice.ts';
import { PrometheusView } from '../../gateway/metrics/prometheus-view.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import {
  ask,
  CHAT_PATH,
  chatBody,
  choiceOf,
  post,
  stream,
  usageOf,
} from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { rawPost } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Answers that are asked for to hurt, and answers that go wrong. */

const HOSTILE = {
  model: 'o1',
  n: 128,
  max_tokens: 199_000,
  ignore_eos: true,
  stop: ['~', '~~', '~~~', '~~~~'],
};

let server: TestServer;
before(async () => {
  server = await startServer(INSTANT);
});
after(() => server.stop());
afterEach(() => mock.restoreAll());

async function idle(): Promise<void> {
  await eventually('no answer is under way', () => server.gateway.answers === 0);
  await eventually('no sequence is left', () => server.gateway.cluster.inFlight === 0);
}

/** Sends a request and reads nothing of its answer. */
async function send(body: object): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {}).pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(rawPost(CHAT_PATH, JSON.stringify(body)));
  return socket;
}

describe('a request for very long answers', () => {
  for (const streams of [true, false]) {
    it(`costs a few thousand hashed tokens when it is placed, stream: ${streams}`, async () => {
      const submit = mock.method(server.gateway.cluster, 'submit');
      const socket = await send(chatBody('x', { ...HOSTILE, stream: streams }));
      await eventually('it is placed', () => submit.mock.callCount() === 128);
      let hashes = 0;
      for (const { arguments: given } of submit.mock.calls) {
        hashes += (given[0]?.hashes.length ?? 0) / HASH_WORDS;
      }
      assert.ok(hashes * 16 <= 4096 + 128 * 32, `${hashes} blocks`);
      const { completion } = await ask(server, chatBody('y', { max_tokens: 5 }));
      assert.equal(completion.usage.completion_tokens, 5, 'another client is served meanwhile');
      socket.destroy();
      await idle();
    });
  }

  it('whole and never held whole, is the same answer as in a stream', async () => {
    const body = chatBody('x', { seed: 1, max_tokens: 30_000, ignore_eos: true, model: 'o1' });
    const response = await post(server, body);
    assert.equal(response.headers.get('content-length'), null);
    const completion = JSON.parse(await response.text());
    assert.equal(completion.usage.completion_tokens, 30_000);
    const reply = await stream(server, { ...body, stream_options: { include_usage: true } });
    assert.equal(choiceOf(reply).content, completion.choices[0].message.content);
    assert.equal(usageOf(reply).completion_tokens, 30_000);
  });

  it('finds the blocks of its first 4,096 tokens again where tokens have no gap', async () => {
    const first = { role: 'user', content: 'tell me all of it' };
    const length = { max_tokens: 6000, ignore_eos: true, model: 'o1', seed: 2 };
    const { completion } = await ask(server, { ...chatBody(''), messages: [first], ...length });
    const answer = { role: 'assistant', content: completion.choices[0]?.message.content };
    const messages = [first, answer, { role: 'user', content: 'and?' }];
    const second = await ask(server, { ...chatBody(''), ...length, messages, max_tokens: 1 });
    const cached = second.completion.usage.prompt_tokens_details?.cached_tokens ?? 0;
    assert.ok(cached >= 4096 && cached <= 4096 + 32, `${cached} tokens are cached`);
  });
});

describe('a stop sequence', () => {
  it('ends its sequence on the worker, which counts as finished', async () => {
    const paced = await startServer('--ttft 0 --itl 1');
    try {
      const body = chatBody('x', {
        max_tokens: 100_000,
        ignore_eos: true,
        stop: ['e'],
        model: 'o1',
      });
      for (const reply of [await stream(paced, body), undefined]) {
        if (reply === undefined) await ask(paced, body);
        else assert.equal(choiceOf(reply).finishReason, 'stop');
      }
      const { cluster } = paced.gateway;
      await eventually('no sequence is left', () => cluster.inFlight === 0);
      assert.equal(cluster.counts.finished, 2);
    } finally {
      await paced.stop();
    }
  });
});

describe('a defect of the server', () => {
  it('while a stream is written ends that stream, and no other one', async () => {
    const { token } = ChatChunks.prototype;
    mock.method(ChatChunks.prototype, 'token', function (this: ChatChunks, ...args: never) {
      const event: string = token.apply(this, args);
      if (event.includes('"bad/model"')) throw new Error('a defect');
      return event;
    });
    const bodies = ['bad/model', 'good/model'].map((model) => chatBody('x', { model }));
    const [bad, good] = await Promise.all(bodies.map((body) => stream(server, body)));
    assert.equal(bad?.error?.type, 'server_error');
    assert.equal(bad?.isDone, false);
    assert.equal(good?.isDone, true);
    await idle();
    assert.match(await metrics(), /^fakeai_defects_total 1$/m);
  });

  it('while it places a request is a 500, and frees what was placed', async () => {
    const { cluster } = server.gateway;
    const submit = cluster.submit.bind(cluster);
    let calls = 0;
    mock.method(cluster, 'submit', (...args: Parameters<typeof submit>) => {
      if (++calls === 2) throw new Error('a defect');
      return submit(...args);
    });
    const response = await post(server, chatBody('x', { n: 2, max_tokens: 50_000, model: 'o1' }));
    assert.equal(response.status, 500);
    await idle();
  });

  it('in what an answer makes of its tokens is a 500 of its own, not one of a worker', async () => {
    const { counts } = server.gateway.cluster;
    const before = { ...counts };
    mock.method(
      AnswerChoice.prototype,
      'tokens',
      () => {
        throw new Error('a defect');
      },
      { times: 1 },
    );
    const response = await post(server, chatBody('x', { n: 2, max_tokens: 50_000, model: 'o1' }));
    const { error } = JSON.parse(await response.text());
    assert.deepEqual([response.status, error.code], [500, 'internal_error']);
    await idle();
    assert.equal(counts.defects - before.defects, 2, 'each choice is one');
    assert.equal(counts.cancelled, before.cancelled);
  });

  it('while metrics are rendered is a 500', async () => {
    mock.method(PrometheusView.prototype, 'render', () => Promise.reject(new Error('a defect')));
    const response = await fetch(`${server.origin}/metrics/prometheus`);
    assert.equal(response.status, 500);
    mock.restoreAll();
    assert.match(await metrics(), /^fakeai_defects_total 4$/m);
  });
});

async function metrics(): Promise<string> {
  const response = await fetch(`${server.origin}/metrics/prometheus`);
  return response.text();
}

it('a client that does not read its answer in time is given up, and nothing has failed', async () => {
  const impatient = await startServer(
    `${INSTANT} --stream-token-timeout-seconds 0.01 --stream-timeout-seconds 1`,
  );
  try {
    const { gateway, port } = impatient;
    const body = chatBody('x', {
      stream: true,
      max_tokens: 150_000,
      ignore_eos: true,
      model: 'o1',
    });
    const socket = connect(port, '127.0.0.1')
      .on('error', () => {})
      .pause();
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(rawPost(CHAT_PATH, JSON.stringify(body)));
    await eventually('it is under way', () => gateway.answers === 1);
    await eventually('it has ended', () => gateway.answers === 0);
    const { failed, cancelled } = gateway.metrics.answers.streams;
    assert.deepEqual({ failed, cancelled }, { failed: 0, cancelled: 1 });
    assert.equal(gateway.metrics.slowClientsDropped, 1);
    socket.destroy();
  } finally {
    await impatient.stop();
  }
});
