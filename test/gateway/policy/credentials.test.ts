import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '../../../gateway/policy/api-keys.ts';
import { Credentials } from '../../../gateway/policy/credentials.ts';
import { headOf } from '../../support/request-head.ts';

for (const remembers of [true, false]) {
  const credentials = new Credentials(remembers);

  describe(`the key that a request shows, ${remembers ? 'remembered' : 'hashed each time'},`, () => {
    it('is a bearer token, the bare header, or that of Anthropic or Azure', () => {
      const shown: readonly Record<string, string>[] = [
        { authorization: 'Bearer k-1' },
        { authorization: 'bearer  k-1' },
        { authorization: 'k-1' },
        { 'x-api-key': 'k-1' },
        { 'api-key': 'k-1' },
        { authorization: 'Bearer', 'x-api-key': 'k-1' },
      ];
      for (const headers of [...shown, ...shown]) {
        assert.deepEqual(credentials.of(headOf(headers)), { key: 'k-1', digest: digestOf('k-1') });
      }
      for (const headers of [{ authorization: 'Bearer ' }, {}]) {
        assert.deepEqual(credentials.of(headOf(headers)), { key: '', digest: undefined });
      }
    });

    it('is its own, however many were shown before, and however long it is', () => {
      for (let round = 0; round < 2; round++) {
        for (let at = 0; at < 1500; at++) {
          const key = `key-${at}${at % 500 === 0 ? 'x'.repeat(1000) : ''}`;
          const { digest } = credentials.of(headOf({ 'x-api-key': key }));
          assert.deepEqual(digest, digestOf(key));
        }
      }
    });
  });
}
