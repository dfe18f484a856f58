import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { AdminAccess } from '../../../gateway/admin/admin-access.ts';
import { headOf } from '../../support/request-head.ts';

const LOCAL = { host: '127.0.0.1:8000' };

function refusalOf(headers: Readonly<Record<string, string>>, keys: readonly string[] = []) {
  return new AdminAccess({ keys, scheme: 'http' }).refusal(headOf(headers));
}

describe('without admin keys', () => {
  it('what calls a loopback address is let in', () => {
    const hosts = ['127.0.0.1', '127.0.0.1:8000', '127.255.0.9:1', 'localhost', 'LocalHost:8000'];
    for (const host of [...hosts, '[::1]', '[::1]:8000']) {
      assert.equal(refusalOf({ host }), undefined, host);
      assert.equal(refusalOf({ host, origin: `http://${host}` }), undefined, `page of ${host}`);
    }
    for (const site of ['same-origin', 'none']) {
      assert.equal(refusalOf({ ...LOCAL, 'sec-fetch-site': site }), undefined, site);
    }
  });

  it('what comes under another name, from a page or over a proxy is refused, and told why', () => {
    const foreign: readonly (readonly [Record<string, string>, RegExp])[] = [
      [{ host: '' }, /its Host is ""/],
      [{ host: 'evil.example' }, /its Host is "evil\.example", not a loopback address/],
      [{ host: 'localhost.evil.example:8000' }, /Host/],
      [{ host: 'localhost.' }, /Host/],
      [{ host: '127.0.0.1.evil.example' }, /Host/],
      [{ host: '0.0.0.0:8000' }, /Host/],
      [{ host: '10.0.0.5:8000' }, /Host/],
      [{ ...LOCAL, origin: 'https://evil.example' }, /a page of https:\/\/evil\.example/],
      [{ ...LOCAL, origin: 'null' }, /a page of null/],
      [{ ...LOCAL, origin: 'https://127.0.0.1:8000' }, /a page of https:/],
      [{ ...LOCAL, origin: 'http://127.0.0.1:3000' }, /a page of http:\/\/127\.0\.0\.1:3000/],
      [{ ...LOCAL, origin: 'http://localhost:8000' }, /a page of http:\/\/localhost:8000/],
      [{ ...LOCAL, 'sec-fetch-site': 'cross-site' }, /a page of another site/],
      [{ ...LOCAL, 'sec-fetch-site': 'same-site' }, /a page of another site/],
      ...['forwarded', 'x-forwarded-for', 'x-forwarded-prefix', 'via', 'x-real-ip'].map(
        (header) => [{ ...LOCAL, [header]: 'x' }, new RegExp(`\\(${header}\\)`)] as const,
      ),
    ];
    for (const [headers, reason] of foreign) {
      const refusal = refusalOf(headers);
      assert.equal(refusal?.status, 403, JSON.stringify(headers));
      assert.equal(refusal.code, 'admin_forbidden');
      assert.match(refusal.message, reason);
      assert.match(refusal.message, /FAKEAI_ADMIN_API_KEYS/);
    }
  });
});

describe('with admin keys', () => {
  const hash = createHash('sha256').update('the-second-key').digest('hex');
  const keys = ['the-first-key', `sha256:${hash}`];
  const far = { host: 'fakeai.example', 'x-forwarded-for': '10.0.0.1' };

  it('whoever shows one is let in, from anywhere', () => {
    for (const key of ['the-first-key', 'the-second-key']) {
      for (const authorization of [`Bearer ${key}`, `bearer ${key}`, key]) {
        assert.equal(refusalOf({ ...far, authorization }, keys), undefined, authorization);
      }
    }
  });

  it('whoever shows none is refused, also on this machine', () => {
    for (const headers of [far, LOCAL, { ...LOCAL, authorization: 'Bearer ' }]) {
      assert.equal(refusalOf(headers, keys)?.code, 'missing_api_key');
    }
    const wrong = ['another-key', 'the-first-key-and-more', 'the-first-ke', `sha256:${hash}`, hash];
    for (const key of wrong) {
      const refusal = refusalOf({ ...LOCAL, authorization: `Bearer ${key}` }, keys);
      assert.equal(refusal?.code, 'invalid_api_key', key);
      assert.ok(!refusal.message.includes(key), 'it is not shown');
    }
  });
});
