import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPageScript } from '../../../lab/experiment/page-script.ts';

test('the script of a page is looked for where the build puts it', async () => {
  const paths: string[] = [];
  const script = await readPageScript('analysis-page', async function* (path) {
    paths.push(path);
    yield 'draw';
    yield '()';
  });
  assert.equal(script, 'draw()');
  assert.match(paths.join(), /[/\\]dist[/\\]analysis-page\.js$/);
});
