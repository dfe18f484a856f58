import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { workerId } from '../../shared/ids.ts';
import { launchBrowser, NO_BROWSER } from '../support/browser.ts';
import { rawExchange } from '../support/raw-connection.ts';
import { INSTANT, settingsOf, startServer, type TestServer } from '../support/server.ts';

/** Administration without keys: this machine's own tools use it, web pages and proxies do not. */

const KILL = '/admin/workers/worker-0?fault=throw';
const READS = ['/admin/routing', '/admin/config'];
const NAMES = 'MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1';

let server: TestServer;
before(async () => {
  server = await startServer(INSTANT);
});
after(() => server.stop());

const VICTIM = workerId(0);

function deaths(): number {
  const { pool } = server.gateway;
  return pool.restarts(VICTIM) + Number(!pool.isUp(VICTIM));
}

function raw(method: string, path: string, host: string, headers: readonly string[] = []) {
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${host}`, 'content-length: 0', ...headers];
  return rawExchange(server.port, `${lines.join('\r\n')}\r\n\r\n`);
}

describe('administration', () => {
  it('answers tools of this machine', async () => {
    for (const path of READS) assert.equal((await fetch(server.origin + path)).status, 200);
    const itself = await fetch(`${server.origin}/admin/routing`, {
      headers: { origin: server.origin },
    });
    assert.equal(itself.status, 200);
    assert.equal(itself.headers.get('access-control-allow-origin'), null);
  });

  it('answers nobody who comes under a foreign name, over a proxy or from another page', async () => {
    const here = `127.0.0.1:${server.port}`;
    const callers: readonly (readonly [string, readonly string[]])[] = [
      ['rebound.example', []],
      [here, ['origin: https://evil.example']],
      [here, ['origin: null']],
      [here, ['sec-fetch-site: cross-site']],
      [here, ['x-forwarded-for: 10.0.0.5']],
    ];
    const before = deaths();
    for (const [host, headers] of callers) {
      for (const [method, path] of [
        ...READS.map((read) => ['GET', read] as const),
        ['POST', KILL],
      ]) {
        const answer = await raw(method ?? '', path ?? '', host, headers);
        assert.equal(answer.status, 403, `${method} ${path} of ${host} ${headers}`);
        assert.equal(JSON.parse(answer.body).error.code, 'admin_forbidden');
        assert.equal(answer.headers.get('access-control-allow-origin'), undefined);
      }
    }
    assert.equal(deaths(), before);
  });

  it('allows no page of another origin to ask, as a preflight tells it', async () => {
    for (const path of [...READS, KILL]) {
      const answer = await fetch(server.origin + path, {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      });
      assert.equal(answer.status, 204);
      for (const [name] of answer.headers) assert.doesNotMatch(name, /^access-control/);
    }
  });

  it('shows pages of other origins not even that a method is wrong', async () => {
    const headers = { origin: 'https://evil.example' };
    const answer = await fetch(`${server.origin}${KILL}`, { headers });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });

  it('with keys takes every caller that shows one, and lets no page read', async () => {
    const guarded = await startServer(`${INSTANT} --admin-api-keys the-admin-key`);
    try {
      const url = `${guarded.origin}/admin/routing`;
      assert.equal((await fetch(url)).status, 401);
      const headers = { authorization: 'Bearer the-admin-key', origin: 'https://evil.example' };
      const answer = await fetch(url, { headers });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    } finally {
      await guarded.stop();
    }
  });

  it('without keys is not served where other machines could reach it', async () => {
    await assert.rejects(
      settingsOf('--host 0.0.0.0 --enable-admin true'),
      /FAKEAI_ENABLE_ADMIN is true on 0\.0\.0\.0, .* FAKEAI_ADMIN_API_KEYS has no key/,
    );
    await settingsOf('--host 0.0.0.0 --enable-admin true --admin-api-keys the-admin-key');
  });
});

describe('a web page', () => {
  let browser: Browser | undefined;
  let site: Server;
  let page: Page;

  before(async () => {
    browser = await launchBrowser([`--host-resolver-rules=${NAMES}`]);
    site = createServer((_req, res) => {
      res.setHeader('content-type', 'text/html').end('<title>A page</title>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    if (browser !== undefined) page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await new Promise((resolve) => site.close(resolve));
  });

  function siteOf(host: string): string {
    const address = site.address();
    assert.ok(address !== null && typeof address === 'object');
    return `http://${host}:${address.port}/`;
  }

  for (const host of ['evil.example', 'localhost']) {
    it(`of another origin, ${host}, neither reads nor kills`, async (t) => {
      if (browser === undefined) return t.skip(NO_BROWSER);
      await page.goto(siteOf(host));
      const before = deaths();
      const { origin } = server;
      const read = await page.evaluate(
        async (urls) => {
          const texts: string[] = [];
          for (const url of urls) {
            const text = fetch(url).then((answer) => answer.text());
            texts.push(await text.catch(() => 'nothing'));
          }
          return texts;
        },
        READS.map((path) => origin + path),
      );
      assert.deepEqual(read, ['nothing', 'nothing']);
      await page.evaluate(async (url) => {
        await fetch(url, { method: 'POST', mode: 'no-cors', body: 'x' }).catch(() => {});
        await fetch(url, { method: 'POST', mode: 'cors' }).catch(() => {});
      }, origin + KILL);
      const submitted = page.waitForResponse(
        (answer) => answer.url() === origin + KILL && answer.request().method() === 'POST',
      );
      await page.setContent(
        `<img src="${origin + KILL}"><form method="post" action="${origin + KILL}"><button></form>`,
      );
      await page.click('button');
      assert.equal((await submitted).status(), 403);
      assert.equal(deaths(), before);
    });
  }

  it('whose name has been made to point to this machine is refused', async (t) => {
    if (browser === undefined) return t.skip(NO_BROWSER);
    await page.goto(`http://rebound.example:${server.port}/version`);
    const statuses = await page.evaluate(async (paths) => {
      const answers = paths.map((path) => fetch(path).then(({ status }) => status));
      return await Promise.all(answers);
    }, READS);
    assert.deepEqual(statuses, [403, 403]);
  });
});
