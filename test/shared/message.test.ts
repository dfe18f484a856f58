import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodecError, MessageReader, MessageWriter } from '../../shared/message.ts';

const KIND = 7;

/** A message of one row of `KIND`, which `fill` writes. */
function messageOf(fill: (out: MessageWriter) => void): Uint8Array<ArrayBuffer> {
  const out = new MessageWriter();
  out.start();
  out.startRow(KIND);
  fill(out);
  out.endRow();
  return out.finish();
}

/** The reader of `message`, in its first row. */
function inFirstRow(message: Uint8Array): MessageReader {
  const reader = new MessageReader(message);
  assert.equal(reader.startRow(), KIND);
  return reader;
}

test('numbers of both widths, lists and items come back in their order', () => {
  const message = messageOf((out) => {
    out.words[out.reserveWords(1)] = 5;
    out.floats[out.reserveFloats(1)] = 0.1;
    out.addList(Uint32Array.of(1, 2, 3), 2);
    out.addList(new Uint32Array(0), 0);
    out.addItem({ a: [1] });
  });
  const reader = inFirstRow(message);
  assert.equal(reader.words[reader.takeWords(1)], 5);
  assert.equal(reader.floats[reader.takeFloats(1)], 0.1);
  assert.deepEqual(reader.takeList(), Uint32Array.of(1, 2));
  assert.deepEqual(reader.takeList(), new Uint32Array(0));
  assert.deepEqual(reader.takeItem(), { a: [1] });
  reader.endRow();
  assert.equal(reader.startRow(), undefined);
});

test('a writer is used again, whatever it has grown to', () => {
  const out = new MessageWriter();
  const long = new Uint32Array(10_001).map((_, index) => index);
  for (const list of [long, long.subarray(0, 3)]) {
    out.start();
    out.startRow(KIND);
    out.addList(list, list.length);
    out.endRow();
    const message = out.finish();
    assert.equal(message.byteOffset, 0);
    assert.equal(message.byteLength, message.buffer.byteLength);
    assert.deepEqual(inFirstRow(message).takeList(), list);
  }
});

test('a list that is the very one before it is sent once, and one object when it is read', () => {
  const hashes = new Uint32Array(100).fill(9);
  const twice = messageOf((out) => {
    out.addShared(hashes);
    out.addShared(hashes);
    out.addShared(hashes.slice());
  });
  assert.ok(twice.byteLength < 3 * hashes.byteLength);
  const reader = inFirstRow(twice);
  const first = reader.takeShared();
  assert.deepEqual(first, hashes);
  assert.equal(reader.takeShared(), first);
  const other = reader.takeShared();
  assert.notEqual(other, first);
  assert.deepEqual(other, hashes);
});

test('a list is a view; one that is kept is a copy where it is a tiny part of the message', () => {
  const message = messageOf((out) => {
    out.addShared(Uint32Array.of(1));
    out.addList(new Uint32Array(1000), 1000);
  });
  const reader = inFirstRow(message);
  assert.notEqual(reader.takeShared().buffer, message.buffer);
  assert.equal(reader.takeList().buffer, message.buffer);
});

test('a message may stand anywhere in a larger buffer', () => {
  const message = messageOf((out) => out.addList(Uint32Array.of(1, 2), 2));
  const around = new Uint8Array(message.length + 3);
  around.set(message, 3);
  assert.deepEqual(inFirstRow(around.subarray(3)).takeList(), Uint32Array.of(1, 2));
});

test('what is no message, or part of one, throws', () => {
  const message = messageOf((out) => out.addItem(1));
  assert.throws(() => new MessageReader(new Uint8Array(4)), CodecError);
  assert.throws(() => new MessageReader(new Uint8Array(16)), /protocol version/);
  assert.throws(() => new MessageReader(message.subarray(0, 9)), /cut short/);
  const broken = message.slice();
  // An array of three items, of which two are not there.
  broken[broken.length - 2] = 0x93;
  assert.throws(() => new MessageReader(broken), /msgpack/);
  assert.throws(() => inFirstRow(message).startRow(), /belongs to no row/);
});

test('nothing is read that is not there', () => {
  const message = messageOf((out) => out.reserveWords(2));
  assert.throws(() => inFirstRow(message).takeWords(3), /cut short/);
  assert.throws(() => inFirstRow(message).takeItem(), /an item is missing/);
  assert.throws(() => inFirstRow(message).endRow(), /another length/);
  const none = messageOf((out) => {
    out.words[out.reserveWords(1)] = 0xffffffff;
  });
  assert.throws(() => inFirstRow(none).takeShared(), /the same as none/);
});
