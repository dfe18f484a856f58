import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UNKNOWN_LENGTH } from '../../../gateway/http/framing.ts';
import { Intake } from '../../../gateway/http/intake.ts';
import { RequestBody } from '../../../gateway/http/request-body.ts';

const MIB = 2 ** 20;

function intakeOf(bodyBytes: number, bytesInFlight: number): Intake {
  return new Intake({ bodyBytes, bytesInFlight, requests: 0 });
}

function chunk(text: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(text)).buffer;
}

describe('a body', () => {
  it('of announced length is charged in full by its head, and no more as it comes', () => {
    const intake = intakeOf(MIB, MIB);
    const body = new RequestBody(intake, 12);
    assert.equal(body.open(), undefined);
    assert.equal(intake.bytesInFlight, 12);
    for (const part of ['one ', 'two ', 'tree']) body.add(chunk(part), part === 'tree');
    assert.equal(body.bytes.toString(), 'one two tree');
    assert.equal(intake.bytesInFlight, 12);
    body.release();
    body.release();
    assert.equal(intake.bytesInFlight, 0);
  });

  it('is put into one buffer, whatever the number of its chunks', () => {
    const body = new RequestBody(intakeOf(MIB, MIB), 3000);
    body.open();
    body.add(chunk('x'), false);
    const memory = body.bytes.buffer;
    for (let count = 1; count < 3000; count++) body.add(chunk('x'), count === 2999);
    assert.equal(body.bytes.buffer, memory);
    assert.equal(body.bytes.length, 3000);
  });

  it('that comes as one chunk is not copied', () => {
    const body = new RequestBody(intakeOf(MIB, MIB), 5);
    body.open();
    const memory = chunk('whole');
    body.add(memory, true);
    assert.equal(body.bytes.buffer, memory);
  });

  it('of unknown length is charged with the room that it takes, which doubles', () => {
    const intake = intakeOf(16 * MIB, 16 * MIB);
    const body = new RequestBody(intake, UNKNOWN_LENGTH);
    assert.equal(body.open(), undefined);
    assert.equal(intake.bytesInFlight, 0);
    const rooms = new Set<number>();
    const part = chunk('x'.repeat(1000));
    for (let count = 0; count < 1000; count++) {
      assert.equal(body.add(part, count === 999), undefined);
      rooms.add(intake.bytesInFlight);
    }
    assert.deepEqual([...rooms], [65_536, 131_072, 262_144, 524_288, 1_048_576]);
    assert.equal(body.bytes.length, 1_000_000);
    body.release();
    assert.equal(intake.bytesInFlight, 0);
  });

  it('is refused by its head if it is too large, or if there is no room for it', () => {
    const intake = intakeOf(100, 150);
    assert.equal(new RequestBody(intake, 101).open()?.status, 413);
    assert.equal(new RequestBody(intake, 100).open(), undefined);
    assert.equal(new RequestBody(intake, 100).open()?.status, 503);
    assert.equal(intake.bytesInFlight, 100);
  });

  it('can be kept beyond the callback that brought it', () => {
    const body = new RequestBody(intakeOf(MIB, MIB), 5);
    body.open();
    const memory = chunk('whole');
    body.add(memory, true);
    body.keep();
    new Uint8Array(memory).fill(0);
    assert.equal(body.bytes.toString(), 'whole');
  });
});

describe('the room for a body', () => {
  it('that is large is charged with what has come, so that one which stops keeps nobody out', () => {
    const intake = intakeOf(100 * MIB, 256 * MIB);
    const stopped = Array.from({ length: 20 }, () => new RequestBody(intake, 85 * MIB));
    for (const body of stopped) {
      assert.equal(body.open(), undefined);
      assert.equal(body.add(chunk('x'.repeat(1000)), false), undefined);
    }
    assert.equal(intake.bytesInFlight, 20 * MIB);
    const other = new RequestBody(intake, 100 * MIB);
    assert.equal(other.open(), undefined);
    const part = new ArrayBuffer(MIB / 2);
    const rooms = new Set<number>();
    for (let count = 1; count <= 200; count++) {
      assert.equal(other.add(part, count === 200), undefined);
      rooms.add(intake.bytesInFlight / MIB - 20);
    }
    assert.deepEqual([...rooms], [1, 2, 4, 8, 16, 32, 64, 100]);
    assert.equal(other.bytes.length, 100 * MIB);
    for (const body of [other, ...stopped]) body.release();
    assert.equal(intake.bytesInFlight, 0);
  });

  it('that is small finds room where large ones have taken all that they may', () => {
    const intake = intakeOf(100 * MIB, 256 * MIB);
    const part = new ArrayBuffer(MIB);
    const large = Array.from({ length: 3 }, () => new RequestBody(intake, 85 * MIB));
    for (const body of large) body.open();
    const outcomes = large.map((body) => {
      for (let count = 0; count < 84; count++) {
        const problem = body.add(part, false);
        if (problem !== undefined) {
          body.release();
          return problem.status;
        }
      }
      return 'held';
    });
    assert.deepEqual(outcomes, ['held', 'held', 503]);
    const filler = new RequestBody(intake, 50 * MIB);
    assert.equal(filler.open(), undefined);
    for (let count = 0; count < 50; count++) filler.add(part, false);
    const small = Array.from({ length: 32 }, () => new RequestBody(intake, MIB).open());
    assert.deepEqual(small, Array(32).fill(undefined));
    assert.equal(new RequestBody(intake, 2 * MIB).open()?.status, 503);
  });

  it('of unknown length is refused at the first chunk that is too much', () => {
    const intake = intakeOf(100_000, 150_000);
    const large = new RequestBody(intake, UNKNOWN_LENGTH);
    assert.equal(large.add(chunk('x'.repeat(100_000)), false), undefined);
    assert.equal(large.add(chunk('x'), false)?.status, 413);
    const second = new RequestBody(intake, UNKNOWN_LENGTH);
    assert.equal(second.add(chunk('x'), false)?.status, 503);
  });
});
