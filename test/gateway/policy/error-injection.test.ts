import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ErrorInjection } from '../../../gateway/policy/error-injection.ts';
import { INSTANT, settingsOf, startServer, type TestServer } from '../../support/server.ts';

/** The types that `count` requests to `path` get, `-` for those that get none. */
async function drawn(flags: string, count: number, path = '/v1/embeddings'): Promise<string[]> {
  const { settings } = await settingsOf(`--error-injection-enabled ${flags}`);
  const injection = new ErrorInjection(settings, () => 0);
  return Array.from({ length: count }, () => {
    const error = injection.errorFor(path, '', { isInjected: false });
    return error?.headers.find(([name]) => name === 'x-fakeai-injected')?.[1] ?? '-';
  });
}

describe('errors by rate', () => {
  it('come in the share that was asked for, of each type as often', async () => {
    const types = await drawn('--error-injection-rate 0.4', 4000);
    const errors = types.filter((type) => type !== '-');
    assert.ok(Math.abs(errors.length / types.length - 0.4) < 0.05);
    assert.equal(new Set(errors).size, 4);
    for (const type of new Set(errors)) {
      const share = errors.filter((each) => each === type).length / errors.length;
      assert.ok(Math.abs(share - 0.25) < 0.05, type);
    }
  });

  it('are the same with the same seed, and others with another', async () => {
    const flags = '--error-injection-rate 0.5 --seed';
    assert.deepEqual(await drawn(`${flags} 1`, 100), await drawn(`${flags} 1`, 100));
    assert.notDeepEqual(await drawn(`${flags} 1`, 100), await drawn(`${flags} 2`, 100));
  });

  it('have the rate of their path before that of all', async () => {
    const flags = '--error-injection-rate 1 --error-injection-endpoint-rates {"/v1/embeddings":0}';
    assert.deepEqual(await drawn(flags, 3), ['-', '-', '-']);
    assert.ok(!(await drawn(flags, 3, '/v1/completions')).includes('-'));
  });
});

const KEY = 'a-key-of-both-sorts';
let server: TestServer;
before(async () => {
  const keys = `--admin-api-keys ${KEY} --api-key ${KEY}`;
  server = await startServer(`${INSTANT} ${keys} --error-injection-retry-after-seconds 7`);
});
after(() => server.stop());

function ask(method: string, path: string, headers: Record<string, string>, body?: string) {
  const authorization = `Bearer ${KEY}`;
  const init = { method, headers: { authorization, ...headers }, ...(body && { body }) };
  return fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

describe('the header X-Fakeai-Error', () => {
  for (const [type, status, code] of [
    ['internal_error', 500, 'internal_error'],
    ['bad_gateway', 502, 'bad_gateway'],
    ['service_unavailable', 503, 'service_unavailable'],
    ['gateway_timeout', 504, 'gateway_timeout'],
    ['invalid_api_key', 401, 'invalid_api_key'],
    ['rate_limit_quota', 429, 'insufficient_quota'],
    ['rate_limit_exceeded', 429, 'rate_limit_exceeded'],
    ['context_length_exceeded', 400, 'context_length_exceeded'],
  ] as const) {
    it(`asks for ${type}, before the body is read`, async () => {
      const path = '/v1/chat/completions';
      const answer = await ask('POST', path, { 'x-fakeai-error': type }, 'not JSON');
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('x-fakeai-injected'), type);
      const retries = status === 429 || status === 503;
      assert.equal(answer.headers.get('retry-after'), retries ? '7' : null);
      const { error } = JSON.parse(await answer.text());
      assert.equal(error.code, code);
      assert.equal(error.param, status === 400 ? 'messages' : null);
    });
  }

  it('is told what it may say, and heard only with a key', async () => {
    const path = '/v1/embeddings';
    const unknown = await ask('POST', path, { 'x-fakeai-error': 'earthquake' }, '{}');
    assert.equal(unknown.status, 400);
    assert.match(await unknown.text(), /bad_gateway/);
    const headers = { authorization: 'Bearer wrong', 'x-fakeai-error': 'bad_gateway' };
    assert.equal((await ask('POST', path, headers, '{}')).status, 401);
    const passed = await ask(
      'POST',
      path,
      { 'x-fakeai-error': 'none' },
      '{"model":"m","input":"a"}',
    );
    assert.equal(passed.status, 200);
  });

  it('is counted, and says nothing of the health of the server', async () => {
    const path = '/admin/error-injection';
    await ask('DELETE', path, {});
    await ask('POST', '/v1/completions', { 'x-fakeai-error': 'internal_error' }, '{}');
    await ask('POST', '/v1/completions', { 'x-fakeai-error': 'none' }, '{}');
    const { statistics } = JSON.parse(await (await ask('GET', path, {})).text());
    assert.equal(statistics.total_checks, 2);
    assert.equal(statistics.overall_error_rate, 0.5);
    assert.deepEqual(statistics.errors_by_type, { internal_error: 1 });
    assert.deepEqual(statistics.errors_by_endpoint, { '/v1/completions': 1 });
    const health = JSON.parse(await (await ask('GET', '/health/detailed', {})).text());
    assert.equal(health.status, 'healthy');
  });
});
