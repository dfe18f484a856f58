import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddressOf } from '../../../gateway/policy/client-address.ts';
import { headOf } from '../../support/request-head.ts';

const PEER = '10.0.0.1';

function addressOf(forwarded: string, trustsProxy: boolean): string {
  return clientAddressOf(headOf({ 'x-forwarded-for': forwarded }), PEER, trustsProxy);
}

test('a client is the other end of its connection, whatever it says', () => {
  assert.equal(addressOf('203.0.113.9', false), PEER);
});

test('behind a proxy that is trusted it is the one that the proxy has seen', () => {
  assert.equal(addressOf('203.0.113.9', true), '203.0.113.9');
  assert.equal(addressOf('127.0.0.1, 203.0.113.9', true), '203.0.113.9', 'the first is a claim');
  assert.equal(addressOf('2001:db8::1', true), '2001:db8::1');
  for (const wrong of ['', 'unknown', '203.0.113.9,', '203.0.113.9:80']) {
    assert.equal(addressOf(wrong, true), PEER, wrong);
  }
});
