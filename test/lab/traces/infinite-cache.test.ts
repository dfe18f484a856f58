import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Content, nameSpace } from '../../../lab/traces/content.ts';
import { InfiniteCache } from '../../../lab/traces/infinite-cache.ts';
import { fc } from '../../support/property.ts';

const SPACE = nameSpace('test');

/** One of a tree of contents: `path` picks a child at every fork, a fork every `stride` tokens. */
function contentOf(path: readonly number[], stride: number, last: number): Content {
  const content = new Content();
  let name = 1;
  path.forEach((child, depth) => {
    name = name * 3 + child;
    const tokens = depth === path.length - 1 ? last : stride;
    content.extendNamed(SPACE, name, depth * stride + tokens);
  });
  return content;
}

function hashes(content: Content, blockSize: number): string[] {
  const out = new Uint32Array(Math.floor(content.tokens / blockSize) * 2);
  const blocks = content.writeHashes(blockSize, out);
  return Array.from({ length: blocks }, (_, block) => `${out[block * 2]}:${out[block * 2 + 1]}`);
}

test('it matches as many full blocks as a set of all block hashes, at any block size', () => {
  const request = fc.record({
    path: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }),
    last: fc.integer({ min: 1, max: 100 }),
    stored: fc.integer({ min: 0, max: 500 }),
  });
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 30 }),
      fc.integer({ min: 1, max: 64 }),
      (requests, blockSize) => {
        const cache = new InfiniteCache();
        const model = new Set<string>();
        for (const { path, last, stored } of requests) {
          const content = contentOf(path, 100, last);
          const all = hashes(content, blockSize);
          const firstMiss = all.findIndex((hash) => !model.has(hash));
          const matched = Math.min(cache.match(content), content.tokens);
          assert.equal(Math.floor(matched / blockSize), firstMiss === -1 ? all.length : firstMiss);
          cache.store(content, stored);
          for (const hash of all.slice(0, Math.floor(stored / blockSize))) model.add(hash);
        }
      },
    ),
    { numRuns: 100 },
  );
});
