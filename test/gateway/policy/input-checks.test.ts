import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputChecks } from '../../../gateway/policy/input-checks.ts';
import { headOf } from '../../support/request-head.ts';

const JSON_HEAD = { 'content-type': 'application/json' };
const validating = new InputChecks({ detectsInjection: false });
const detecting = new InputChecks({ detectsInjection: true });

function head(headers: Record<string, string>, url = '/v1/models', method = 'post') {
  return { ...headOf(headers, url), getMethod: () => method };
}

describe('the head of a request', () => {
  it('says that its body is JSON, if it has one', () => {
    const types = ['application/json', 'Application/JSON; charset=utf-8', 'application/x.y+json'];
    for (const type of types) {
      assert.equal(validating.refusalOfHead(head({ 'content-type': type })), undefined, type);
    }
    for (const type of ['', 'text/plain', 'application/jsonp', 'application/json5; x', 'json']) {
      const refusal = validating.refusalOfHead(head({ 'content-type': type }));
      assert.equal(refusal?.status, 415, type);
    }
    assert.equal(validating.refusalOfHead(head({}, '/v1/models', 'get')), undefined);
  });

  it('has no injection in path or query, however it is written, where that is looked for', () => {
    const urls: readonly (readonly [string, string])[] = [
      ['/v1/models/../../etc/passwd', 'path'],
      ['/v1/models/%2e%2e%2fx', 'path'],
      ['/v1/models/%3Cscript%3E', 'path'],
      ["/v1/models?after='+or+1=1", 'query'],
      ['/v1/models?after=%27;drop%20table%20x', 'query'],
    ];
    for (const [url, param] of urls) {
      const refusal = detecting.refusalOfHead(head(JSON_HEAD, url));
      assert.deepEqual([refusal?.code, refusal?.param], ['injection_detected', param], url);
      assert.equal(validating.refusalOfHead(head(JSON_HEAD, url)), undefined);
    }
    for (const url of ['/v1/models/meta-llama/Llama-3', '/v1/models?limit=5&after=a%2Fb', '/%zz']) {
      assert.equal(detecting.refusalOfHead(head(JSON_HEAD, url)), undefined, url);
    }
  });
});

describe('the names in a body', () => {
  it('have no control characters', () => {
    for (const name of ['model', 'user', 'prompt_cache_key', 'cache_salt']) {
      const refusal = validating.refusalOfBody({ [name]: 'a\u0007b' });
      assert.deepEqual([refusal?.code, refusal?.param], ['invalid_value', name]);
      assert.equal(validating.refusalOfBody({ [name]: 'ä b\u00a0日本' }), undefined);
    }
    assert.equal(validating.refusalOfBody({ metadata: { 'a\nb': 'x' } })?.param, 'metadata');
    assert.equal(validating.refusalOfBody({ metadata: { a: 'two\nlines' } }), undefined);
  });

  it('are no longer than names are, and so are pairs of metadata, of which there are few', () => {
    const pairs = (count: number, key = 'k') =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${key}${at}`, 'v']));
    const bodies: readonly (readonly [object, string, string | undefined])[] = [
      [{ user: 'x'.repeat(1024) }, 'user', undefined],
      [{ user: 'x'.repeat(1025) }, 'user', 'string_above_max_length'],
      [{ metadata: pairs(16) }, 'metadata', undefined],
      [{ metadata: pairs(17) }, 'metadata', 'array_above_max_length'],
      [{ metadata: pairs(1, 'k'.repeat(64)) }, 'metadata', 'string_above_max_length'],
      [{ metadata: { a: 'x'.repeat(512) } }, 'metadata.a', undefined],
      [{ metadata: { a: 'x'.repeat(513) } }, 'metadata.a', 'string_above_max_length'],
    ];
    for (const [body, param, code] of bodies) {
      const refusal = validating.refusalOfBody({ ...body });
      assert.deepEqual([refusal?.code, refusal?.param], [code, code && param]);
    }
  });

  it('have no injection, where that is looked for; prompts may have any', () => {
    const attack = "'; drop table x";
    const bodies: readonly (readonly [object, string])[] = [
      [{ model: attack }, 'model'],
      [{ user: attack }, 'user'],
      [{ metadata: { note: attack } }, 'metadata.note'],
    ];
    for (const [body, param] of bodies) {
      const refusal = detecting.refusalOfBody({ ...body });
      assert.deepEqual([refusal?.code, refusal?.param], ['injection_detected', param]);
      assert.match(refusal?.message ?? '', /an SQL statement/);
      assert.equal(validating.refusalOfBody({ ...body }), undefined);
    }
    const messages = [{ role: 'user', content: attack }];
    assert.equal(detecting.refusalOfBody({ model: 'm', messages, prompt: attack }), undefined);
    assert.equal(detecting.refusalOfBody({ model: 5, user: null, metadata: attack }), undefined);
  });
});
