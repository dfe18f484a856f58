import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from '@sinclair/typebox';
import { BodyParser } from '../../../gateway/api/body-parser.ts';
import { BodySchema } from '../../../gateway/api/schema/body-schema.ts';
import { SlicedWork } from '../../../gateway/prompt/sliced-work.ts';
import { ApiError } from '../../../shared/errors.ts';

const FIELDS = Type.Object({ text: Type.String() });
const LONG = bodyOf({ text: 'a'.repeat(65_536) });

function bodyOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A parser, and how often it has come to the rules of its schema. */
function counted() {
  const counts = { checks: 0 };
  const schema = new BodySchema(FIELDS, {
    text: () => {
      counts.checks++;
      return undefined;
    },
  });
  return { counts, parser: new BodyParser(schema) };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a body', () => {
  it('is short up to 64 KiB', () => {
    const { parser } = counted();
    assert.deepEqual(
      [65_536, 65_537].map((bytes) => parser.isShort(bytes)),
      [true, false],
    );
  });

  it('that is long is parsed in the next turn and checked in the one after it', async () => {
    const { counts, parser } = counted();
    const work = new SlicedWork();
    const bytes = Buffer.from(LONG);
    const body = parser.parseInTurns(bytes, work, () => true);
    bytes.fill(0);
    const turns: number[] = [];
    while (work.size > 0) {
      await nextTurn();
      turns.push(counts.checks);
    }
    assert.deepEqual(turns, [0, 1]);
    assert.deepEqual(await body, { text: 'a'.repeat(65_536) });
  });

  it('is not parsed on when nobody wants it any more', async () => {
    const { counts, parser } = counted();
    let isWanted = true;
    const body = parser.parseInTurns(LONG, new SlicedWork(), () => isWanted);
    await nextTurn();
    isWanted = false;
    assert.equal(await body, undefined);
    assert.equal(counts.checks, 0);
  });

  it('has the same problem at once and in turns', async () => {
    const { parser } = counted();
    for (const bytes of [
      Buffer.from('['.repeat(200)),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from('{"text":'),
      bodyOf([]),
      bodyOf({ text: 7 }),
    ]) {
      const atOnce = parser.parse(bytes);
      const inTurns = await parser.parseInTurns(bytes, new SlicedWork(), () => true);
      assert.ok(atOnce instanceof ApiError && inTurns instanceof ApiError);
      assert.deepEqual(inTurns.message, atOnce.message);
    }
  });
});
