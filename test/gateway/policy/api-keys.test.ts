import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiKeys, digestOf, hashedEntries } from '../../../gateway/policy/api-keys.ts';
import { fc } from '../../support/property.ts';

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
