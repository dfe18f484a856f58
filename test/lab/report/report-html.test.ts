import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIGURE_IDS, FIGURE_TEXTS } from '../../../lab/report/report-figures.ts';
import { reportHtml } from '../../../lab/report/report-html.ts';
import { sampleReport } from './sample-report.ts';

const SCRIPT = 'draw("</script>")';
const one = sampleReport({
  policies: ['smart', 'random'],
  rates: [1],
  workers: 2,
  seeds: [1],
  requests: 40,
});
const page = reportHtml(one, SCRIPT);

test('the same data gives the same bytes', () => {
  assert.equal(reportHtml(structuredClone(one), SCRIPT), page);
});

test('the page says what it is about, how to get it again, and what it hashes to', () => {
  const command = 'fakeai replay --set "a<b"';
  const told = reportHtml({ ...one, title: 'a & <b>', command }, SCRIPT);
  assert.match(told, /<h1>a &#38; &#60;b&#62;<\/h1>/);
  assert.match(told, /<code>fakeai replay --set &#34;a&#60;b&#34;<\/code>/);
  assert.match(told, /<th scope="row">results hash<\/th><td>0123456789abcdef<\/td>/);
  assert.match(told, /<th scope="row">seeds<\/th><td>1<\/td>/);
  assert.match(told, /<th scope="row">worker\.latency\.kind<\/th><td>polynomial<\/td>/);
  assert.match(told, /service level: TTFT ≤ 2 s, mean ITL ≤ 25 ms</);
});

test('nothing in the page leads out of it', () => {
  assert.doesNotMatch(page, /https?:|<link|<iframe|@import|url\(|\ssrc=/);
  assert.match(page, /Content-Security-Policy" content="default-src &#39;none&#39;;/);
});

test('the page has exactly two scripts, whatever its data and its code say', () => {
  const hostile = { ...one, title: '</script><script>x()</script>' };
  assert.equal([...reportHtml(hostile, SCRIPT).matchAll(/<\/script/gi)].length, 2);
});

test('every figure has a title, a caption and a place for its data', () => {
  for (const id of FIGURE_IDS.filter((figure) => figure !== 'goodput')) {
    const [figure = ''] = page.match(new RegExp(`<figure id="${id}".*?</figure>`, 's')) ?? [];
    assert.ok(figure.includes(`<h3>${FIGURE_TEXTS[id].title}</h3>`), id);
    assert.match(figure, /<figcaption>.{20,}<\/figcaption>/);
    assert.match(figure, /Data as a table/);
  }
});

test('a grid with one rate says how to get goodput against rate, and has no choice', () => {
  assert.doesNotMatch(page, /<figure id="goodput"|<select/);
  const [absent = ''] = page.match(/<div id="no-goodput">.*?<\/div>/s) ?? [];
  assert.ok(absent.includes(`<h3>${FIGURE_TEXTS.goodput.title}</h3>`));
  assert.ok(absent.includes(`<code>${one.sweepCommand}</code>`));
  const more = sampleReport({
    policies: ['smart'],
    rates: [1, 3],
    workers: 2,
    seeds: [1],
    requests: 20,
  });
  const swept = reportHtml(more, SCRIPT);
  assert.match(swept, /<figure id="goodput"/);
  assert.doesNotMatch(swept, /id="no-goodput"/);
  assert.match(swept, /<option value="1">3× speed<\/option>/);
});

/** The facts below the title, when that many turns of each cell were not sent. */
function factsOf(notSent: readonly number[]): string[] {
  const cells = one.cells.map((cell, at) => {
    const { requests } = cell.result;
    const lost = notSent[at] ?? 0;
    const counts = { ...requests, in: requests.in - lost, notSent: lost };
    return { ...cell, result: { ...cell.result, requests: counts } };
  });
  const [facts = ''] =
    reportHtml({ ...one, cells }, SCRIPT).match(/<ul class="facts">.*?<\/ul>/s) ?? [];
  return [...facts.matchAll(/<li>(.*?)<\/li>/g)].map(([, fact = '']) => fact);
}

test('the requests of the title are all of them, and those never sent stand beside them', () => {
  assert.deepEqual(factsOf([0, 0]).slice(0, 2), ['40 requests', '2 workers']);
  assert.deepEqual(factsOf([7, 7]).slice(0, 2), [
    '40 requests',
    '7 of them never sent, their session given up',
  ]);
  assert.deepEqual(factsOf([0, 7]).slice(0, 2), [
    '40 requests',
    'up to 7 of them never sent, their session given up',
  ]);
});

test('requests of the warm-up, which are in no figure, are named beside those that are', () => {
  const cells = one.cells.map((cell) => ({
    ...cell,
    result: { ...cell.result, warmupRequests: 4 },
  }));
  assert.match(reportHtml({ ...one, cells }, SCRIPT), /<li>40 requests after 4 of warm-up<\/li>/);
});
