import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Content, nameSpace } from '../../../lab/traces/content.ts';
import { fc } from '../../support/property.ts';

const SPACE = nameSpace('test');

/** Content as a list of (name, tokens), the name unique in a tree of prefixes. */
function contentOf(parts: readonly (readonly [name: number, tokens: number])[]): Content {
  const content = new Content();
  let end = 0;
  for (const [name, tokens] of parts) {
    end += tokens;
    content.extendNamed(SPACE, name, end);
  }
  return content;
}

function hashes(content: Content, blockSize: number): string[] {
  const out = new Uint32Array(Math.floor(content.tokens / blockSize) * 2);
  const blocks = content.writeHashes(blockSize, out);
  return Array.from({ length: blocks }, (_, block) => `${out[block * 2]}:${out[block * 2 + 1]}`);
}

test('blocks are equal exactly up to the end of the shared prefix, at any block size', () => {
  const tokens = fc.integer({ min: 1, max: 3000 });
  fc.assert(
    fc.property(
      tokens,
      tokens,
      tokens,
      fc.integer({ min: 1, max: 512 }),
      (shared, left, right, blockSize) => {
        const a = hashes(
          contentOf([
            [1, shared],
            [2, left],
          ]),
          blockSize,
        );
        const b = hashes(
          contentOf([
            [1, shared],
            [3, right],
          ]),
          blockSize,
        );
        const common = Math.floor(shared / blockSize);
        assert.deepEqual(a.slice(0, common), b.slice(0, common));
        const rest = new Set(a.slice(common));
        assert.ok(b.slice(common).every((hash) => !rest.has(hash)));
        assert.equal(new Set([...a, ...b]).size, a.length + b.length - common);
      },
    ),
    { numRuns: 50 },
  );
});

test('a coarse block has the hash of the fine block that ends where it does', () => {
  const content = contentOf([
    [1, 700],
    [2, 900],
  ]);
  const fine = hashes(content, 16);
  for (const blockSize of [32, 64, 128, 512]) {
    const every = blockSize / 16;
    const expected = fine.filter((_, block) => (block + 1) % every === 0);
    assert.deepEqual(hashes(content, blockSize), expected);
  }
});

test('only full blocks are hashed', () => {
  assert.equal(hashes(contentOf([[1, 15]]), 16).length, 0);
  assert.equal(hashes(contentOf([[1, 16]]), 16).length, 1);
  assert.equal(
    hashes(
      contentOf([
        [1, 10],
        [2, 21],
      ]),
      16,
    ).length,
    1,
  );
});

test('hashes have 63 bits', () => {
  const out = new Uint32Array(2000);
  contentOf([[1, 16_000]]).writeHashes(16, out);
  let seen = 0;
  for (let at = 1; at < out.length; at += 2) seen |= out[at]!;
  assert.equal(seen, 0x7fffffff);
});

test('blocks of densely numbered names have no collision', () => {
  const seen = new Set<bigint>();
  const out = new Uint32Array(200);
  for (let name = 0; name < 2000; name++) {
    const blocks = contentOf([[name, 1600]]).writeHashes(16, out);
    for (let at = 0; at < blocks * 2; at += 2) {
      seen.add((BigInt(out[at + 1]!) << 32n) | BigInt(out[at]!));
    }
  }
  assert.equal(seen.size, 200_000);
});

test('extending a content under the same name makes one segment', () => {
  const content = contentOf([
    [1, 100],
    [1, 50],
  ]);
  assert.equal(content.view().length, 3);
  assert.equal(content.tokens, 150);
});

test('extending to less than it has changes nothing', () => {
  const content = contentOf([[1, 100]]);
  content.extendNamed(SPACE, 2, 100);
  assert.deepEqual([...content.view()], [...contentOf([[1, 100]]).view()]);
});

test('versions of one name share no block', () => {
  const first = new Content();
  first.extendNamed(SPACE, 1, 1600);
  const second = new Content();
  second.extendNamed(SPACE, 1, 1600, 1);
  const seen = new Set(hashes(first, 16));
  assert.ok(hashes(second, 16).every((hash) => !seen.has(hash)));
});

test('a cut content is what it was before it grew', () => {
  const parts = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 99 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(parts, fc.nat({ max: 800 }), (segments, at) => {
      const content = contentOf(segments);
      const before = hashes(content, 1);
      content.cut(at);
      assert.equal(content.tokens, Math.min(at, before.length));
      assert.deepEqual(hashes(content, 1), before.slice(0, at));
    }),
    { numRuns: 50 },
  );
});

test('blocks with equal ids after equal ids are shared, and no others', () => {
  const a = new Content();
  a.assignBlocks(Uint32Array.of(1, 0, 2, 0, 3, 0), 3, 64, 150);
  const b = new Content();
  b.assignBlocks(Uint32Array.of(1, 0, 9, 0, 3, 0), 3, 64, 192);
  assert.equal(hashes(a, 64).length, 2);
  assert.equal(hashes(a, 64)[0], hashes(b, 64)[0]);
  assert.notEqual(hashes(a, 64)[1], hashes(b, 64)[1]);
  const ends = new Set(hashes(a, 1).slice(128));
  assert.ok(hashes(b, 1).every((hash) => !ends.has(hash)));
});
