import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { before, describe, it } from 'node:test';
import OpenAI from 'openai';
import { CHAT_PATH, chatBody, readEvents } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { RawConnection, rawPost } from '../support/raw-connection.ts';
import { endProcess, type ServerProcess, spawnServer } from '../support/server.ts';

/** What becomes of the streams of every client when the built server is told to stop. */

const STREAMS = 30;
const TOKENS = 60;
const BODY = chatBody('A stream that outlives the signal', {
  max_tokens: TOKENS,
  ignore_eos: true,
});
const STEADY = '--ttft 0 --itl 20:0 --no-random-delay --max-num-seqs 64';

/** One stream: calls `begun` with its first bytes, and resolves to its text at its end. */
type Client = (server: ServerProcess, begun: () => void) => Promise<string>;

before(() => {
  execFileSync(process.execPath, ['build.mjs']);
});

/** How many of the streams that are open at SIGTERM end with all their tokens. */
async function survivors(client: Client): Promise<number> {
  const server = await spawnServer(STEADY);
  try {
    let open = 0;
    const streams = Array.from({ length: STREAMS }, () => client(server, () => open++));
    const ends = Promise.allSettled(streams);
    await eventually('all streams are open', () => open >= STREAMS);
    server.child.kill('SIGTERM');
    const survived = (await ends).filter((end) => end.status === 'fulfilled');
    assert.equal(await server.exit, 0);
    return survived.length;
  } finally {
    await endProcess(server);
  }
}

function assertWhole(events: string): void {
  const { chunks, error, isDone } = readEvents(events);
  assert.equal(error, undefined);
  assert.ok(isDone);
  assert.equal(chunks.filter(({ choices }) => choices[0]?.delta.content).length, TOKENS);
}

describe('streams that are open when the server is told to stop', () => {
  it('all end whole for the OpenAI SDK', async () => {
    const survived = await survivors(async ({ baseURL }, begun) => {
      const openai = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
      const stream = await openai.chat.completions.create({
        model: 'test/model',
        messages: [{ role: 'user', content: 'A stream that outlives the signal' }],
        max_completion_tokens: TOKENS,
        stream: true,
      });
      let text = '';
      let reason: string | null = null;
      for await (const { choices } of stream) {
        if (text === '') begun();
        text += choices[0]?.delta.content ?? '';
        reason = choices[0]?.finish_reason ?? reason;
      }
      assert.ok(reason);
      return text;
    });
    assert.equal(survived, STREAMS);
  });

  it('all end whole for fetch', async () => {
    const survived = await survivors(async ({ origin }, begun) => {
      const response = await fetch(origin + CHAT_PATH, {
        method: 'POST',
        body: JSON.stringify({ ...BODY, stream: true }),
      });
      begun();
      const text = await response.text();
      assertWhole(text);
      return text;
    });
    assert.equal(survived, STREAMS);
  });

  const hasCurl = spawnSync('curl', ['--version']).status === 0;
  it('all end whole for curl', { skip: hasCurl ? false : 'curl is not installed' }, async () => {
    const survived = await survivors(async ({ origin }, begun) => {
      const body = JSON.stringify({ ...BODY, stream: true });
      const curl = spawn('curl', ['-sS', '-N', '--data-binary', body, origin + CHAT_PATH]);
      curl.stdout.once('data', begun);
      let text = '';
      curl.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const [code] = await once(curl, 'close');
      assert.equal(code, 0);
      assertWhole(text);
      return text;
    });
    assert.equal(survived, STREAMS);
  });
});

describe('a body that is not there when the server is told to stop', () => {
  it('is refused with 503, and its connection is closed', async () => {
    const server = await spawnServer(STEADY);
    try {
      const connection = await RawConnection.open(server.port);
      connection.send(rawPost(CHAT_PATH, JSON.stringify(BODY)).slice(0, -1));
      // A second request that is answered was read after the first.
      assert.equal((await fetch(`${server.origin}/health`)).status, 200);
      server.child.kill('SIGTERM');
      const { status, headers } = await connection.readAnswer();
      assert.equal(status, 503);
      assert.equal(headers.get('connection'), 'close');
      await connection.closed;
      assert.equal(await server.exit, 0);
    } finally {
      await endProcess(server);
    }
  });
});
