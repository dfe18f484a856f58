import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  excessOf,
  JSON_CONTAINERS_MAX,
  JSON_DEPTH_MAX,
  JSON_SHAPES_MAX,
  JSON_VALUES_MAX,
} from '../../../gateway/text/json-bounds.ts';
import { fc } from '../../support/property.ts';

function excess(text: string): string | undefined {
  return excessOf(Buffer.from(text));
}

/** An object whose innermost value is `depth` levels deep. */
function nested(depth: number, open: string, close: string): string {
  return `{"a":${open.repeat(depth - 1)}1${close.repeat(depth - 1)}}`;
}

describe('a body', () => {
  it('may be nested as deep as the limit, and no deeper', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"b":', '}'],
    ] as const) {
      assert.equal(excess(nested(JSON_DEPTH_MAX, open, close)), undefined);
      assert.match(excess(nested(JSON_DEPTH_MAX + 1, open, close)) ?? '', /deeper than 128 levels/);
    }
  });

  it('may have as many objects and arrays as the limit, and no more', () => {
    for (const each of ['[]', '{}']) {
      const rest = `${each},`.repeat(JSON_CONTAINERS_MAX - 2);
      assert.equal(excess(`[${rest}${each}]`), undefined);
      assert.match(excess(`[${rest}${each},${each}]`) ?? '', /more than 40,960 objects/);
    }
  });

  it('may have as many values as the limit, and no more', () => {
    assert.equal(excess(`[${'1,'.repeat(JSON_VALUES_MAX)}1]`), undefined);
    assert.match(
      excess(`[${'1,'.repeat(JSON_VALUES_MAX + 1)}1]`) ?? '',
      /more than 131,072 values/,
    );
  });

  it('may have many members, but not many different ones', () => {
    const members = (count: number, distinct: number): string =>
      Array.from({ length: count }, (_, at) => `{"k${at % distinct}":1}`).join();
    assert.equal(excess(`[${members(16_000, 100)}]`), undefined);
    const names = (count: number): string =>
      `{${Array.from({ length: count }, (_, at) => `"k${at}":1`).join()}}`;
    assert.equal(excess(names(JSON_SHAPES_MAX)), undefined);
    assert.match(excess(names(2 * JSON_SHAPES_MAX)) ?? '', /more than 4,096 different members/);
    assert.match(excess(`[${members(16_000, 8000)}]`) ?? '', /different members/);
    const long = Array.from({ length: 8000 }, (_, at) => `"${'x'.repeat(100)}${at}":1`).join();
    assert.match(excess(`{${long}}`) ?? '', /different members/);
  });

  it('has a shape for each order of names', () => {
    // 20 names in threes: 20 + 20 * 20 + 20 * 20 * 20 beginnings.
    const objects: string[] = [];
    for (let a = 0; a < 20; a++) {
      for (let b = 0; b < 20; b++) {
        for (let c = 0; c < 20; c++) objects.push(`{"${a}":1,"${b}":1,"${c}":1}`);
      }
    }
    assert.match(excess(`[${objects.join()}]`) ?? '', /different members/);
    assert.equal(excess(`[${objects.slice(0, 2000).join()}]`), undefined);
  });
});

describe('a string', () => {
  it('counts for nothing, whatever is in it', () => {
    const code = '[{",:'.repeat(JSON_VALUES_MAX);
    const path = '\\'.repeat(7);
    for (const value of [code, path, '"[[', `${'x'.repeat(63)}"`, `${'x'.repeat(64)}\\"`]) {
      assert.equal(excess(JSON.stringify({ a: value, b: [value, {}] })), undefined);
    }
  });

  it('ends at its quote, wherever escapes and quotes stand in it', () => {
    const unit = fc.constantFrom('"', '\\', 'a', '[', 'x'.repeat(62), 'é');
    fc.assert(
      fc.property(fc.array(fc.string({ unit, maxLength: 12 })), (strings) => {
        // One level too deep only if each string is left where it ends.
        const deep = nested(JSON_DEPTH_MAX, '[', ']');
        const text = `[${[...strings.map((each) => JSON.stringify(each)), deep].join()}]`;
        assert.match(excess(text) ?? '', /deeper/);
        const flat = nested(JSON_DEPTH_MAX - 1, '[', ']');
        const good = `[${[...strings.map((each) => JSON.stringify(each)), flat].join()}]`;
        assert.equal(excess(good), undefined);
      }),
      { numRuns: 300 },
    );
  });
});

it('what is not JSON is read to its end all the same', () => {
  for (const text of ['', '"', '"\\', ']}]}', ':::', '{"a', `"${'x'.repeat(200)}\\`]) {
    assert.equal(excess(text), undefined);
  }
});
