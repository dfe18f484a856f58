import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadReader, keptHead } from '../../../gateway/http/request-head.ts';

type Visit = (name: string, value: string) => void;

/** A request of the HTTP library, as far as a head is read. */
class LibraryRequest {
  readonly #headers: readonly (readonly [name: string, value: string])[];

  constructor(headers: readonly (readonly [name: string, value: string])[]) {
    this.#headers = headers;
  }

  getMethod(): string {
    return 'post';
  }

  getUrl(): string {
    return '/path';
  }

  getQuery(): string;
  getQuery(key: string): string | undefined;
  getQuery(key?: string): string | undefined {
    if (key === undefined) return 'known=value';
    return key === 'known' ? 'value' : undefined;
  }

  forEach(visit: Visit): void {
    for (const [name, value] of this.#headers) visit(name, value);
  }
}

function requestWith(...headers: [name: string, value: string][]) {
  return new LibraryRequest(headers);
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

test('a head that is kept stays as it was when the next one is read', () => {
  const head = new HeadReader();
  head.read(requestWith(['host', 'a'], ['x-twice', 'first'], ['x-twice', 'second']));
  const kept = keptHead(head);
  head.read(requestWith(['host', 'b']));
  assert.deepEqual(
    [kept.getMethod(), kept.getUrl(), kept.queryText()],
    ['post', '/path', 'known=value'],
  );
  assert.deepEqual([kept.getHeader('host'), kept.getHeader('x-absent')], ['a', '']);
  assert.deepEqual([kept.getQuery('known'), kept.getQuery('other')], ['value', undefined]);
  const seen: string[] = [];
  kept.forEach((name, value) => {
    seen.push(`${name}: ${value}`);
  });
  assert.deepEqual(seen, ['host: a', 'x-twice: first', 'x-twice: second']);
});
