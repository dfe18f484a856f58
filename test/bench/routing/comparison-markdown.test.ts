import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  comparisonMarkdown,
  replaceBetweenMarkers,
} from '../../../bench/routing/comparison-markdown.ts';
import type { Figures } from '../../../bench/routing/figures.ts';
import { rowsOf } from '../../../bench/routing/row.ts';
import { TRAFFIC } from '../../../bench/routing/traffic.ts';

function figures(goodShare: number, ttftP90Ms: number): Figures {
  return {
    goodShare,
    goodPerSecond: 12.345,
    ttftP50Ms: 50,
    ttftP90Ms,
    hitRate: 0.25,
    mostOverMean: 1.5,
    evictedBlocks: 7,
    resampled: { goodShare: [goodShare], ttftP90Ms: [ttftP90Ms] },
  };
}

test('a document has the counts, a verdict for each row, and every figure of every policy', () => {
  const [traffic] = TRAFFIC;
  assert.ok(traffic);
  const [row] = rowsOf(traffic, { [traffic.name]: { scarce: 10, ample: 20 } }, true);
  assert.ok(row);
  const policies = new Map([
    ['smart', figures(0.8, 100)],
    ['session', figures(0.5, 50)],
  ] as const);
  const text = comparisonMarkdown([{ row, policies }], {
    version: '1.2.3',
    commits: ['abc'],
    traffic: { some: { sha256: 'def' } },
  });
  for (const line of [
    '| good | 1 | 0 | 0 | 1 |',
    '| TTFT p90 | 0 | 0 | 1 | 1 |',
    `| ${traffic.name} | 8 | scarce | light | 50.0 % \`session\` | 80.0 % | +60.0 % (+60.0 to +60.0) | best | 50.0 ms \`session\` | 100 ms | +100.0 % (+100.0 to +100.0) | **behind** |`,
    '| 8 | scarce | light, 5/s | `smart` | 80.0 % | 12.3 | 50.0 ms | 100 ms | 25.0 % | 1.50 | 7 |',
    'fakeai 1.2.3, abc.',
    '- some: `{"sha256":"def"}`',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is in\n${text}`);
  }
});

test('only what is between the markers is replaced, however often', () => {
  const begin = '<!-- begin: npm run bench:routing -->';
  const end = '<!-- end: npm run bench:routing -->';
  const once = replaceBetweenMarkers(`before\n${begin}\nold\n${end}\nafter\n`, 'new\n');
  assert.equal(once, `before\n${begin}\n\nnew\n\n${end}\nafter\n`);
  assert.equal(replaceBetweenMarkers(once, 'new\n'), once);
  assert.throws(() => replaceBetweenMarkers('no place', 'new'), /no place between/);
});
