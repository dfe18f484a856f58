import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadReader } from '../../../gateway/http/request-head.ts';

type Visit = (name: string, value: string) => void;

/** A request of the HTTP library, as far as a head is read. */
function requestWith(...headers: [name: string, value: string][]) {
  return {
    getMethod: () => 'post',
    getUrl: () => '/path',
    getQuery: (key?: string) => (key === 'known' ? 'value' : undefined),
    forEach: (visit: Visit) => {
      for (const [name, value] of headers) visit(name, value);
    },
  };
}

test('a header is the first of its name, and empty where there is none', () => {
  const head = new HeadReader();
  head.read(requestWith(['host', 'a'], ['x-twice', 'first'], ['x-twice', 'second']));
  assert.equal(head.getHeader('host'), 'a');
  assert.equal(head.getHeader('x-twice'), 'first');
  assert.equal(head.getHeader('x-absent'), '');
});

test('each head has its own headers, in their order, and nothing of the one before', () => {
  const head = new HeadReader();
  head.read(requestWith(['host', 'a'], ['accept', 'b'], ['x-long', 'c']));
  head.read(requestWith(['host', 'd']));
  const seen: string[] = [];
  head.forEach((name, value) => {
    seen.push(`${name}: ${value}`);
  });
  assert.deepEqual(seen, ['host: d']);
  assert.equal(head.getHeader('x-long'), '');
  assert.deepEqual([head.getMethod(), head.getUrl()], ['post', '/path']);
  assert.deepEqual([head.getQuery('known'), head.getQuery('other')], ['value', undefined]);
});
