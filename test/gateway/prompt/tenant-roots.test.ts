import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TenantRoots } from '../../../gateway/prompt/tenant-roots.ts';
import { combineSeeds, hashText } from '../../../shared/rng.ts';

const roots = new TenantRoots();

test('equal models and salts have equal roots, others have others', () => {
  assert.deepEqual(roots.of('m', 's'), roots.of('m', 's'));
  assert.deepEqual(roots.of('m', ''), roots.of('m', ''));
  const all = ['m', 'ms', 'n'].flatMap((model) =>
    ['', 's', 'm', '\n', '","'].map((salt) => roots.of(model, salt)),
  );
  assert.equal(new Set(all.map(({ lo, hi }) => `${lo}:${hi}`)).size, all.length);
});

test('salts whose 32-bit hashes are equal have roots that differ in both words', () => {
  const seen = new Map<number, string>();
  let pairs = 0;
  for (let at = 0; pairs < 3; at++) {
    const salt = `tenant-${at}`;
    const hash = combineSeeds(hashText('m'), hashText(salt));
    const other = seen.get(hash);
    if (other !== undefined) {
      const [a, b] = [roots.of('m', salt), roots.of('m', other)];
      assert.notEqual(a.lo, b.lo);
      assert.notEqual(a.hi, b.hi);
      pairs++;
    }
    seen.set(hash, salt);
  }
});
