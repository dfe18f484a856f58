import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { WORK_MEANING } from '../../../lab/report/column-groups.ts';
import {
  durationText,
  numberText,
  percentText,
  ratioText,
} from '../../../lab/report/figure-text.ts';
import { FULL_TABLES } from '../../../lab/report/full-columns.ts';
import { highlights } from '../../../lab/report/highlights.ts';
import type { ReportCell, ReportData } from '../../../lab/report/report-data.ts';
import { reportGrid } from '../../../lab/report/report-grid.ts';
import { fullTables, summaryMeanings, summaryTables } from '../../../lab/report/summary.ts';
import { SUMMARY_TABLES } from '../../../lab/report/summary-columns.ts';
import { sampleReport } from './sample-report.ts';

const sample = sampleReport({
  policies: ['smart', 'random'],
  rates: [1],
  workers: 2,
  seeds: [1],
  requests: 40,
});

/** The sample with cells of these goodputs: policy, seed, requests per second. */
function withGoodputs(rows: readonly (readonly [string, number, number])[]): ReportData {
  const [first] = sample.cells;
  assert.ok(first !== undefined);
  const cells = rows.map(
    ([policy, seed, goodPerSecond]): ReportCell => ({
      ...first,
      policy,
      seed,
      result: { ...first.result, goodPerSecond },
    }),
  );
  return { ...sample, cells };
}

/** The cells of the goodput column, from top to bottom, as markup. */
function goodputs(data: ReportData): string[] {
  const { text } = summaryTables(reportGrid(data), 0);
  const columns = SUMMARY_TABLES.map(({ groups }) =>
    groups.flatMap(({ heading, columns }) =>
      columns.map((column) => `${heading} ${column.heading}`),
    ),
  );
  const index = columns.findIndex((names) => names.includes('Goodput req/s'));
  const at = columns[index]?.indexOf('Goodput req/s') ?? -1;
  const table = text.split('</table>')[index] ?? '';
  return [...table.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(
    ([row]) => [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)][at]?.[1] ?? '',
  );
}

test('the best figure of a column is bold', () => {
  const data = withGoodputs([
    ['smart', 1, 3.21],
    ['random', 1, 1.5],
    ['session', 1, 3.2101],
  ]);
  assert.deepEqual(goodputs(data), ['<b>3.21</b>', '1.50', '<b>3.21</b>']);
});

test('nothing is bold where all are alike', () => {
  const data = withGoodputs([
    ['smart', 1, 3.21],
    ['random', 1, 3.21],
  ]);
  assert.deepEqual(goodputs(data), ['3.21', '3.21']);
});

test('a figure of several seeds is their mean and half of their span', () => {
  const data = withGoodputs([
    ['smart', 1, 3],
    ['smart', 2, 4],
    ['smart', 3, 3.2],
    ['random', 1, 1],
    ['random', 2, 1],
    ['random', 3, 1],
  ]);
  assert.deepEqual(goodputs(data), ['<b>3.40</b><small>± 0.500</small>', '1.00']);
});

test('a figure that nobody measured is a dash, not zero', () => {
  const [first] = sample.cells;
  assert.ok(first !== undefined);
  const none = { mean: null, p50: null, p90: null, p95: null, p99: null, max: null };
  const latencies = { ...first.result.latencies, itlMs: none };
  const cells = [{ ...first, result: { ...first.result, latencies } }];
  const { text } = summaryTables(reportGrid({ ...sample, cells }), 0);
  assert.equal([...text.matchAll(/<td[^>]*>–<\/td>/g)].length, 4);
});

test('every group of columns has its meaning in the page, once', () => {
  const { text } = summaryMeanings();
  for (const { heading } of [...SUMMARY_TABLES, ...FULL_TABLES].flatMap(({ groups }) => groups)) {
    assert.match(text, new RegExp(`<dt>${heading}</dt><dd>.{20,}</dd>`));
    assert.equal(text.split(`<dt>${heading}</dt>`).length, 2, heading);
  }
});

test('the page and docs/lab.md define work in the same words', async () => {
  const lab = await readFile('docs/lab.md', 'utf8');
  assert.ok(lab.replaceAll(/\s+/g, ' ').includes(WORK_MEANING));
  assert.ok(summaryMeanings().text.includes(WORK_MEANING));
  assert.doesNotMatch(summaryMeanings().text + lab, /busy CV|busy time/i);
});

/** Every figure of the first policy, by the headings of its group and column. */
function fullFigures(data: ReportData): Map<string, string> {
  const rows = [...fullTables(reportGrid(data)).text.matchAll(/<tbody>.*?<\/tbody>/gs)].map(
    ([body]) => [...(body.split('</tr>')[0] ?? '').matchAll(/<td[^>]*>(?:<b>)?([^<]*)/g)],
  );
  return new Map(
    FULL_TABLES.flatMap(({ groups }, table) =>
      groups
        .flatMap(({ heading, columns }) => columns.map((column) => `${heading} ${column.heading}`))
        .map((name, at): [string, string] => [name, rows[table]?.[at]?.[1] ?? '']),
    ),
  );
}

test('the full table has every figure that a replay is asked for', () => {
  const [first] = sample.cells;
  assert.ok(first !== undefined);
  const figures = fullFigures(sample);
  for (const latency of ['Queue', 'TTFT', 'Second token', 'ITL', 'TPOT', 'End to end']) {
    for (const statistic of ['mean', 'p50', 'p90', 'p95', 'p99']) {
      assert.match(figures.get(`${latency} ${statistic}`) ?? '', /^[\d.]+ (µs|ms|s)$/);
    }
  }
  const { result, bound } = first;
  assert.equal(figures.get('Second token p95'), durationText(result.latencies.secondTokenMs.p95!));
  assert.equal(figures.get('TPOT p90'), durationText(result.latencies.tpotMs.p90!));
  assert.equal(figures.get('Tokens total/s'), numberText(result.totalTokensPerSecond));
  assert.equal(figures.get('Imbalance Jain'), ratioText(result.imbalance.jain));
  assert.equal(figures.get('Imbalance work CV'), ratioText(result.imbalance.cv));
  assert.equal(figures.get('Imbalance max/mean'), ratioText(result.imbalance.maxOverMean));
  assert.equal(figures.get('Hit rate blocks'), percentText(result.cache.blockHitRate!));
  assert.equal(figures.get('Hit rate bound'), percentText(bound!.tokenHitRate));
  assert.equal(figures.get('Hit rate block bound'), percentText(bound!.blockHitRate));
  assert.equal(figures.get('KV blocks copies'), ratioText(result.cache.copiesPerBlock!));
  for (const count of ['in', 'finished', 'rejected', 'failed', 'not sent']) {
    assert.match(figures.get(`Requests ${count}`) ?? '', /^\d+$/, count);
  }
});

test('the full table names its settings where there are several', () => {
  const swept = sampleReport({
    policies: ['smart', 'random'],
    rates: [1, 3],
    workers: 2,
    seeds: [1],
    requests: 20,
  });
  const headings = (data: ReportData): string[] =>
    [...fullTables(reportGrid(data)).text.matchAll(/scope="rowgroup">(.*?)</g)].map(
      ([, heading = '']) => heading,
    );
  assert.deepEqual(
    headings(swept),
    FULL_TABLES.flatMap(() => ['1× speed', '3× speed']),
  );
  assert.deepEqual(headings(sample), []);
});

test('the highlights name the best policy and the worst', () => {
  const data = withGoodputs([
    ['smart', 1, 3.21],
    ['random', 1, 1.5],
    ['session', 1, 2],
  ]);
  const { text } = highlights(reportGrid(data), 0);
  assert.match(
    text,
    /Highest goodput: <strong>3\.21 req\/s<\/strong> by <strong>smart<\/strong>, against 1\.50 req\/s by random/,
  );
  assert.match(text, /Highest hit rate: <strong>[\d.]+ %<\/strong> by every policy/);
});
