import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  blankOf,
  columnNames,
  defaultsOf,
  f64,
  i32,
  initially,
  u8,
  withDefaults,
} from '../../shared/columns.ts';

const COLUMNS = { tokens: i32(), priority: initially(f64(), -1.5), profile: initially(u8(), 0) };

test('the columns with an initial value are the defaults, all of them are a blank record', () => {
  assert.deepEqual(columnNames(COLUMNS), ['tokens', 'priority', 'profile']);
  assert.deepEqual(defaultsOf(COLUMNS), { priority: -1.5, profile: 0 });
  assert.deepEqual(blankOf(COLUMNS), { tokens: 0, priority: -1.5, profile: 0 });
});

test('an instance has the defaults until it gets a value of its own', () => {
  const Base = withDefaults(defaultsOf(COLUMNS));
  class Urgent extends Base {
    override readonly priority = -9;
  }
  assert.deepEqual([new Base().priority, new Base().profile], [-1.5, 0]);
  assert.deepEqual([new Urgent().priority, new Urgent().profile], [-9, 0]);
});
