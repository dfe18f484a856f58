import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonParts, replaceParts } from '../../../bench/routing/comparison-markdown.ts';
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
  const parts = comparisonParts([{ row, policies }], {
    version: '1.2.3',
    commits: ['abc'],
    traffic: { some: { file: 'some.csv', sha256: 'def' } },
    capacities: { [traffic.name]: { scarce: 10, ample: 20 } },
  });
  const text = Object.values(parts).join('\n');
  for (const line of [
    '| good | 1 | 0 | 0 | 1 |',
    '| TTFT p90 | 0 | 0 | 1 | 1 |',
    `| ${traffic.name} | 8 | scarce | light | 50.0 % \`session\` | 80.0 % | +60.0 % (+60.0 to +60.0) | best | 50.0 ms \`session\` | 100 ms | +100.0 % (+100.0 to +100.0) | **behind** |`,
    '| 8 | scarce | light, 5/s | `smart` | 80.0 % | 12.3 | 50.0 ms | 100 ms | 25.0 % | 1.50 | 7 |',
    'fakeai 1.2.3, abc.',
    '- `some.csv`: SHA-256 `def`',
    `| ${traffic.name} |  | 1,000,000 | 12,000,000 | 10/s | 20/s |`,
    '| `session` | 1 | 0 | 0 | 0 | 0 | 1 |',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is in\n${text}`);
  }
});

test('only what is between the markers of a part is replaced, however often', () => {
  const begin = '<!-- begin figures: npm run bench:routing -->';
  const end = '<!-- end figures -->';
  const parts = { verdicts: 'nowhere', figures: 'new\n', requests: 'nowhere' };
  const once = replaceParts(`before\n${begin}\nold\n${end}\nafter\n`, parts);
  assert.equal(once, `before\n${begin}\n\nnew\n\n${end}\nafter\n`);
  assert.equal(replaceParts(once, parts), once);
  assert.throws(() => replaceParts('no place', parts), /no part has a place/);
});
