import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapGaps, missingPaths } from './support/map-of-rooms.ts';
import { brokenLinks } from './support/markdown-links.ts';
import { readRepository } from './support/repository.ts';
import { FREE_TEST_FOLDERS, FREE_TESTS, PROGRAM, within } from './support/tidy-policy.ts';
import { findBreaches, RULES, scanFile } from './support/tidy-rules.ts';

const repository = readRepository().map(scanFile);
const files = new Map(repository.map((file) => [file.path, file]));

/** Fails with every breach on a line of its own, and what to do about them. */
function assertNone(breaches: readonly string[], fix: string): void {
  if (breaches.length > 0) assert.fail(`${breaches.join('\n')}\nFix: ${fix}`);
}

for (const rule of RULES) {
  test(rule.name, () => {
    assert.equal(findBreaches(rule, scanFile(rule.offender)).length, 1, 'misses its own offender');
    assertNone(
      repository.flatMap((file) => findBreaches(rule, file)),
      rule.fix,
    );
  });
}

/** Whether the test at `path` is named for a source file, or for a part of what that file does. */
function mirrorsSource(path: string, sources: ReadonlyMap<string, unknown>): boolean {
  const stem = path.replace(/^test\//, '').replace(/\.test\.ts$/, '');
  return [...sources.keys()].some((source) => {
    const name = source.replace(/\.ts$/, '');
    return name !== source && (stem === name || stem.startsWith(`${name}-`));
  });
}

test('the test tree mirrors the source tree', () => {
  assert.ok(mirrorsSource('test/shared/rng-streams.test.ts', new Map([['shared/rng.ts', 0]])));
  assert.ok(!mirrorsSource('test/shared/rngs.test.ts', new Map([['shared/rng.ts', 0]])));
  const strays = [...files.keys()].filter(
    (path) =>
      path.endsWith('.test.ts') &&
      !within(path, FREE_TEST_FOLDERS) &&
      FREE_TESTS[path] === undefined &&
      !mirrorsSource(path, files),
  );
  assertNone(
    strays,
    'Name it test/<source>.test.ts or test/<source>-<part>.test.ts, or say why in FREE_TESTS.',
  );
});

test('every listed exception still exists', () => {
  assertNone(
    Object.keys(FREE_TESTS).filter((path) => !files.has(path)),
    'Remove it from FREE_TESTS in tidy-policy.ts.',
  );
});

test('every test file is one that the test command finds', () => {
  const unfound = repository.filter(
    ({ path, text }) =>
      path.startsWith('test/') &&
      !path.startsWith('test/support/') &&
      !path.endsWith('.test.ts') &&
      /from 'node:test'/.test(text),
  );
  assertNone(
    unfound.map(({ path }) => path),
    'End its name in .test.ts, or move shared cases to test/support/.',
  );
});

test('every relative link in the documentation leads somewhere', () => {
  const page = { path: 'docs/a.md', text: '# One two\n[x](b.md) [y](#one-two) [z](a.md#three)' };
  assert.deepEqual(brokenLinks(page, new Map([['docs/a.md', page]])), ['b.md', 'a.md#three']);
  const broken = repository
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) => brokenLinks(file, files).map((target) => `${file.path}: ${target}`));
  assertNone(broken, 'Link to a file of the repository, relative to the page that holds the link.');
});

test('every path that the documentation names is there', () => {
  const page = { path: 'docs/a.md', text: '`lab/` `lab/x.ts` `lab/y.ts` `other/y.ts` `a/b`' };
  assert.deepEqual(missingPaths(page, ['lab/x.ts']), ['lab/y.ts']);
  const missing = repository
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap((file) => missingPaths(file, files.keys()).map((path) => `${file.path}: ${path}`));
  assertNone(missing, 'Name the place from the root of the repository, as it is now.');
});

test('the map of the architecture is the tree', () => {
  const page = { path: 'a.md', text: '```\nlab/  page/ or not\n  x.ts y.ts  ab/ cd/\n  pq/\n```' };
  assert.deepEqual(mapGaps(page, ['lab/x.ts', 'lab/pq/z.ts', 'lab/w.ts'], ['lab/']), [
    'lab/y.ts is not there',
    'lab/w.ts is not on the map',
  ]);
  const architecture = files.get('docs/architecture.md');
  assert.ok(architecture);
  assertNone(
    mapGaps(architecture, files.keys(), PROGRAM),
    'Correct the map in docs/architecture.md.',
  );
});
