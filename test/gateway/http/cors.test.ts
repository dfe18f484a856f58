import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CorsPolicy } from '../../../gateway/http/cors.ts';

const PAGE = 'https://page.example';
const OTHER = 'https://other.example';

function namesOf(headers: ReturnType<CorsPolicy['headersFor']>): string[] {
  return headers.map(([name]) => name);
}

describe('a CORS policy', () => {
  it('echoes the origin of a page that may call', () => {
    for (const origins of [['*'], [OTHER, PAGE]]) {
      const headers = new Map(new CorsPolicy(origins, false).headersFor(PAGE));
      assert.equal(headers.get('access-control-allow-origin'), PAGE);
      assert.equal(headers.get('vary'), 'Origin');
      assert.match(headers.get('access-control-expose-headers') ?? '', /x-request-id/);
      assert.ok(!headers.has('access-control-allow-credentials'));
    }
  });

  it('says nothing to any other page', () => {
    const policy = new CorsPolicy([OTHER], true);
    assert.deepEqual(policy.headersFor(PAGE), []);
    assert.deepEqual(policy.preflightHeaders(PAGE, 'authorization'), []);
    assert.deepEqual(policy.preflightHeaders('', 'authorization'), []);
  });

  it('allows credentials where they are to be allowed', () => {
    const headers = new Map(new CorsPolicy(['*'], true).headersFor(PAGE));
    assert.equal(headers.get('access-control-allow-credentials'), 'true');
  });

  it('allows a preflight the methods of the API and the headers that it asks for', () => {
    const policy = new CorsPolicy(['*'], true);
    const headers = new Map(policy.preflightHeaders(PAGE, 'authorization,x-custom'));
    assert.equal(headers.get('access-control-allow-methods'), 'GET, POST, PATCH, DELETE, OPTIONS');
    assert.equal(headers.get('access-control-allow-headers'), 'authorization,x-custom');
    assert.equal(
      new Map(policy.preflightHeaders(PAGE, '')).get('access-control-allow-headers'),
      '*',
    );
    assert.ok(namesOf(policy.preflightHeaders(PAGE, '')).includes('access-control-max-age'));
  });
});
