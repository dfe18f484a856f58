import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseValue, type ReadFile } from '../../../shared/settings/parse-value.ts';
import {
  boolean,
  choice,
  decimal,
  integer,
  keys,
  list,
  rates,
  type Setting,
  text,
} from '../../../shared/settings/setting.ts';

const noFile: ReadFile = () => ({ kind: 'missing' });

function valueOfRaw(setting: Setting, raw: unknown): unknown {
  const parsed = parseValue(setting, raw, noFile);
  return parsed.ok ? parsed.value : new Error(parsed.problem);
}

function problemOf(setting: Setting, raw: unknown, readFile = noFile): string {
  const parsed = parseValue(setting, raw, readFile);
  assert.ok(!parsed.ok, `${JSON.stringify(raw)} must be refused`);
  return parsed.problem;
}

describe('a scalar', () => {
  it('that is a boolean has eight spellings', () => {
    const setting = boolean(false, '');
    for (const raw of [true, 1, 'true', '1', 'YES', 'on']) {
      assert.equal(valueOfRaw(setting, raw), true);
    }
    for (const raw of [false, 0, 'False', '0', 'no', 'off']) {
      assert.equal(valueOfRaw(setting, raw), false);
    }
    for (const raw of ['', 'y', 'truely', null, [], 2]) problemOf(setting, raw);
  });

  it('that is a number may be text, in decimal or with an exponent, and nothing else', () => {
    const setting = decimal(0, { min: -1 }, '');
    const values: readonly (readonly [unknown, number])[] = [
      [1.5, 1.5],
      ['1.5', 1.5],
      [' .5 ', 0.5],
      ['1e3', 1000],
      ['-0', 0],
      ['+2.', 2],
    ];
    for (const [raw, expected] of values) {
      assert.ok(Object.is(valueOfRaw(setting, raw), expected), `${raw} is ${expected}`);
    }
    for (const raw of ['', ' ', '0x10', '1_000', '1,5', 'Infinity', Infinity, NaN, true, [1]]) {
      problemOf(setting, raw);
    }
  });

  it('that is an integer is exact', () => {
    const setting = integer(0, { min: 0 }, '');
    assert.equal(valueOfRaw(setting, '16.0'), 16);
    assert.equal(valueOfRaw(setting, '9007199254740991'), Number.MAX_SAFE_INTEGER);
    problemOf(setting, '9007199254740993');
    problemOf(setting, 0.5);
  });

  it('that is a number says its range with the unit', () => {
    const range = (range: Parameters<typeof decimal>[1]) => problemOf(decimal(1, range, ''), 'x');
    assert.equal(range({ min: 1, max: 9, unit: 's' }), 'must be a number from 1 to 9 s, got "x"');
    assert.equal(range({ min: 1 }), 'must be a number of at least 1, got "x"');
    assert.equal(range({ above: 0, unit: 's' }), 'must be a number above 0 s, got "x"');
  });
});

describe('a text', () => {
  it('that is a choice ignores letter case and takes _ for -', () => {
    const setting = choice('tier-1', ['tier-1', 'H100-80GB', 'auto', 'true'], '');
    assert.equal(valueOfRaw(setting, 'TIER_1'), 'tier-1');
    assert.equal(valueOfRaw(setting, 'h100-80gb'), 'H100-80GB');
    assert.equal(valueOfRaw(setting, true), 'true');
    assert.match(problemOf(setting, 'tier-11'), /; did you mean tier-1\?$/);
  });

  it('that is text is one line without space around it', () => {
    const setting = text('', '');
    assert.equal(valueOfRaw(setting, ' 0.0.0.0 '), '0.0.0.0');
    for (const raw of [1, null, '', ' ', 'a\nb']) problemOf(setting, raw);
  });

  it('that is a list is JSON, comma-separated or an array', () => {
    const setting = list([], {}, '');
    for (const raw of ['a, b', '["a","b"]', ['a', 'b'], 'a,,b,']) {
      assert.deepEqual(valueOfRaw(setting, raw), ['a', 'b']);
    }
    assert.deepEqual(valueOfRaw(setting, '[]'), []);
    for (const raw of ['[1]', '["a"', 1, { a: 1 }, ['a', 1]]) problemOf(setting, raw);
  });

  it('that is a list of choices names the entry that is none', () => {
    const setting = list([], { choices: ['bad_gateway', 'stream_error'] }, '');
    assert.deepEqual(valueOfRaw(setting, 'Stream-Error'), ['stream_error']);
    assert.match(
      problemOf(setting, 'bad_gatewya'),
      /got "bad_gatewya"; did you mean bad_gateway\?/,
    );
  });

  it('that is a map of rates has paths and fractions', () => {
    const expected = { '/v1/models': 0.5, '/v1/x': 1 };
    assert.deepEqual(valueOfRaw(rates(''), JSON.stringify(expected)), expected);
    assert.deepEqual(valueOfRaw(rates(''), expected), expected);
    for (const raw of [{ '/v1': '0.5' }, { v1: 0.5 }, 'null', []]) problemOf(rates(''), raw);
  });

  it('that is a key file fails with the line, or with why it cannot be read', () => {
    const readFile: ReadFile = (path) =>
      path === 'locked'
        ? { kind: 'unreadable', reason: 'EACCES' }
        : { kind: 'text', text: 'long-enough\nhas space in it\n' };
    const locked = problemOf(keys(''), 'locked', readFile);
    assert.equal(locked, 'entry 1 is a key file that cannot be read: EACCES');
    const spaced = problemOf(keys(''), 'other', readFile);
    assert.equal(spaced, 'entry 1 is a key file whose line 2 must not contain white space');
  });

  it('is cut in a message when it is long', () => {
    const problem = problemOf(boolean(false, ''), 'x'.repeat(1000));
    assert.ok(problem.length < 120);
  });
});
