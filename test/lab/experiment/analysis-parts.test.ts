import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceStats } from '../../../lab/analyze/trace-stats.ts';
import { analysisParts, printedPart } from '../../../lab/experiment/analysis-parts.ts';
import type { TraceRequest, TraceSource } from '../../../lab/traces/trace-source.ts';
import { timeUs } from '../../../shared/units.ts';

interface Plain {
  readonly seconds: number;
  readonly session: number;
  readonly turn: number;
  readonly prompt: number;
}

/** Requests of sessions that grow; each answer is one token. */
class PlainSource implements TraceSource {
  readonly #left: Plain[];

  constructor(requests: readonly Plain[]) {
    this.#left = requests.slice();
  }

  next(into: TraceRequest): boolean {
    const plain = this.#left.shift();
    if (plain === undefined) return false;
    into.arrivalUs = timeUs(plain.seconds * 1e6);
    into.session = plain.session;
    into.turn = plain.turn;
    into.turnsAfter = 0;
    into.promptTokens = plain.prompt;
    into.outputTokens = 1;
    into.content.clear();
    into.content.extend(plain.session + 1, 1, plain.prompt + 1);
    return true;
  }

  followUp(): boolean {
    return false;
  }
}

function partsOf(requests: readonly Plain[], ...blockSizes: readonly number[]) {
  const parts = analysisParts(traceStats(new PlainSource(requests), ...blockSizes));
  const tables = parts.flatMap((part) => (part.kind === 'table' ? [part] : []));
  return {
    parts,
    tables,
    text: parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n'),
    table: (title: string) => tables.find(({ titles }) => titles[0] === title),
  };
}

const TALK = [0, 1, 2, 3].map((turn) => {
  return { seconds: 40 * turn, session: 0, turn, prompt: 100 * (turn + 1) };
});
const ALONE = [0, 1, 2].map((session) => ({ seconds: 0, session, turn: 0, prompt: 50 }));

test('every row has a cell for each title', () => {
  for (const requests of [TALK, ALONE]) {
    for (const { titles, rows } of partsOf(requests, 16, 64).tables) {
      assert.ok(rows.length > 0);
      for (const row of rows) assert.equal(row.length, titles.length);
    }
  }
});

test('a curve ends with the cache that hits all of the bound, for each block size', () => {
  const { tables, table } = partsOf(TALK, 16, 64);
  const curves = tables.filter(({ titles }) => titles[0] === 'cache of blocks');
  assert.equal(curves.length, 2);
  for (const { titles, rows } of curves) {
    assert.equal(rows.at(-1)?.[titles.indexOf('of bound %')], '100.0');
  }
  assert.deepEqual(
    table('block size')?.rows.map(([blockSize]) => blockSize),
    ['16', '64'],
  );
});

test('turns have a table where a session has a second one, and only there', () => {
  assert.equal(partsOf(TALK, 16).table('turn')?.rows.length, 4);
  const alone = partsOf(ALONE, 16);
  assert.equal(alone.table('turn'), undefined);
  assert.match(alone.text, /No session has a second turn/);
});

test('where nothing is shared no cache hits, and nothing is said of when blocks were last used', () => {
  assert.match(partsOf(ALONE, 16).text, /no cache of any size hits/);
  assert.doesNotMatch(partsOf(ALONE, 16).text, /last used/);
  assert.match(partsOf(TALK, 16).text, /Blocks that are hit were last used 40/);
});

test('requests that arrive at once have no gaps', () => {
  assert.match(partsOf(ALONE, 16).text, /^All requests arrive at once\.$/m);
  assert.match(partsOf(TALK, 16).text, /4 moments for 4 requests\./);
});

test('what begins something else is printed after an empty line, as wide as the terminal', () => {
  const { parts } = partsOf(TALK, 16);
  const terminal = { columns: 60, colours: false };
  const texts = parts.filter(({ kind }) => kind === 'text');
  for (const part of texts) {
    const printed = printedPart(part, terminal);
    assert.equal(printed.startsWith('\n'), part.kind === 'text' && part.isOpening);
    assert.ok(printed.split('\n').every((line) => line.length <= 60));
  }
});
