import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ApiKeys,
  credentialOf,
  digestOf,
  hashedEntries,
} from '../../../gateway/policy/api-keys.ts';
import { fc } from '../../support/property.ts';
import { headOf } from '../../support/request-head.ts';

const KEY = fc.string({ minLength: 8, maxLength: 20 });

describe('a list of keys', () => {
  it('has its own keys, plain or hashed, and no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(KEY, { minLength: 1 }), KEY, fc.boolean(), (keys, other, hash) => {
        const list = new ApiKeys(hash ? hashedEntries(keys) : keys);
        for (const key of keys) assert.ok(list.has(digestOf(key)));
        assert.equal(list.has(digestOf(other)), keys.includes(other));
      }),
    );
  });

  it('as hashes shows none of them, and stays the same when it is hashed again', () => {
    const hashed = hashedEntries(['the-first-key']);
    assert.match(hashed.join(), /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(hashedEntries(hashed), hashed);
    assert.ok(!new ApiKeys(hashed).has(digestOf(hashed[0] ?? '')), 'a hash is no key');
  });
});

describe('the key that a request shows', () => {
  it('is a bearer token, the bare header, or that of Anthropic or Azure', () => {
    const shown: readonly Record<string, string>[] = [
      { authorization: 'Bearer k-1' },
      { authorization: 'bearer  k-1' },
      { authorization: 'k-1' },
      { 'x-api-key': 'k-1' },
      { 'api-key': 'k-1' },
      { authorization: 'Bearer', 'x-api-key': 'k-1' },
    ];
    for (const headers of shown) assert.equal(credentialOf(headOf(headers)).key, 'k-1');
    for (const headers of [{ authorization: 'Bearer ' }, {}]) {
      assert.deepEqual(credentialOf(headOf(headers)), { key: '', digest: undefined });
    }
  });
});
