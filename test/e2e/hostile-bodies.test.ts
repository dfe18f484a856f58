import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { combineSeeds, hashText } from '../../shared/rng.ts';
import { ask, CHAT_PATH, chatBody, prompt, refused } from '../support/chat-client.ts';
import { eventually } from '../support/eventually.ts';
import { RawConnection, rawExchange, rawPost } from '../support/raw-connection.ts';
import { INSTANT, startServer, type TestServer } from '../support/server.ts';

/** Bodies that were made to do harm, and what the server makes of them. */

let server: TestServer;
before(async () => {
  server = await startServer(`${INSTANT} --kv-cache-num-workers 1`);
});
after(() => server.stop());

function errorOf(body: string): { code: string; message: string } {
  return JSON.parse(body).error;
}

describe('a body of brackets', () => {
  it('is refused by its structure, whatever its fields', async () => {
    const base = JSON.stringify(chatBody('Hello')).slice(0, -1);
    const bodies: [extra: string, reason: RegExp][] = [
      [`"x":[${'{},'.repeat(100_000)}{}]`, /more than 40,960 objects and arrays/],
      [`"x":${'['.repeat(200)}${']'.repeat(200)}`, /nested deeper than 128/],
      [`"stop":[${'"a",'.repeat(300_000)}"a"]`, /more than 131,072 values/],
      [
        `"logit_bias":{${Array.from({ length: 9000 }, (_, at) => `"${at}":1`).join()}}`,
        /more than 4,096 different members/,
      ],
    ];
    for (const [extra, reason] of bodies) {
      const { status, body } = await rawExchange(
        server.port,
        rawPost(CHAT_PATH, `${base},${extra}}`),
      );
      assert.equal(status, 400);
      assert.equal(errorOf(body).code, 'invalid_json');
      assert.match(errorOf(body).message, reason);
    }
  });
});

describe('a prompt that cannot fit', () => {
  it('is counted no further than shows it', async () => {
    const { status, error } = await refused(server, chatBody('! '.repeat(1_500_000)));
    assert.equal(status, 400);
    assert.equal(error.code, 'context_length_exceeded');
    assert.match(error.message, /needs at least 8193 tokens/);
  });

  it('of a video that lasts for ever is refused in the same way', async () => {
    const nines = '9'.repeat(400);
    for (const url of [
      'https://x/v.mp4?width=99999&height=99999&duration=999999&fps=999999',
      `https://x/9999x9999_999999s_${nines}fps`,
      `https://x/?width=${nines}&height=${nines}`,
    ]) {
      const content = [{ type: 'video_url', video_url: { url } }];
      const body = { model: 'test/model', messages: [{ role: 'user', content }], max_tokens: 1 };
      const response = await fetch(server.origin + CHAT_PATH, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      assert.ok([200, 400].includes(response.status), `${url}: ${response.status}`);
      await response.text();
    }
  });
});

describe('a long prompt that is read in slices', () => {
  it('is answered like any other, and found again by the next turn', async () => {
    const text = `${prompt('long', 5000)} ${' '.repeat(1_500_000)}`;
    const first = await ask(server, chatBody(text, { max_tokens: 1 }));
    const again = await ask(server, chatBody(text, { max_tokens: 1 }));
    const { prompt_tokens: tokens, prompt_tokens_details: details } = again.completion.usage;
    assert.equal(first.completion.usage.prompt_tokens, tokens);
    assert.ok((details?.cached_tokens ?? 0) > 0.9 * tokens);
    assert.equal(server.gateway.intake.bytesInFlight, 0);
  });

  it('whose client leaves is read no further and holds nothing', async () => {
    const before = server.gateway.cluster.counts.submitted;
    const body = JSON.stringify(chatBody(`left ${' '.repeat(30_000_000)}`, { max_tokens: 1 }));
    const connection = await RawConnection.open(server.port);
    connection.send(rawPost(CHAT_PATH, body));
    await eventually('it is being read', () => server.gateway.intake.bytesInFlight > 0);
    connection.reset();
    await eventually('nothing is held', () => server.gateway.intake.bytesInFlight === 0);
    assert.equal(server.gateway.cluster.counts.submitted, before);
  });
});

describe('two tenants', () => {
  it('share no blocks, also with salts that a hash of 32 bits cannot tell apart', async () => {
    const model = hashText('test/model');
    const seen = new Map<number, string>();
    let pair: [string, string] | undefined;
    for (let at = 0; pair === undefined; at++) {
      const salt = `tenant-${at}`;
      const hash = combineSeeds(model, hashText(salt));
      const other = seen.get(hash);
      if (other !== undefined) pair = [other, salt];
      seen.set(hash, salt);
    }
    const text = prompt('secret', 200);
    const cachedFor = async (salt: string) => {
      const body = chatBody(text, { max_tokens: 1, cache_salt: salt });
      const { usage } = (await ask(server, body)).completion;
      return usage.prompt_tokens_details?.cached_tokens;
    };
    assert.equal(await cachedFor(pair[0]), 0);
    assert.equal(await cachedFor(pair[1]), 0, 'the other tenant finds nothing');
    assert.ok(((await cachedFor(pair[1])) ?? 0) > 0, 'its own blocks it finds');
  });
});

describe('answers to equal seeds', () => {
  it('are equal but for their ids', async () => {
    const body = chatBody('Tell me a story', { seed: 7, max_tokens: 20 });
    const [a, b] = [await ask(server, body), await ask(server, body)];
    assert.deepEqual(a.completion.choices, b.completion.choices);
    assert.notEqual(a.completion.id, b.completion.id);
  });
});
