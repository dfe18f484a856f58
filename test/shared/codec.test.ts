import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Packr } from 'msgpackr';
import { decodeCommands, decodeEvents, encodeCommands, encodeEvents } from '../../shared/codec.ts';
import { workerId } from '../../shared/ids.ts';
import { CodecError } from '../../shared/message.ts';
import {
  EventBatch,
  PROTOCOL_VERSION,
  type WorkerCommand,
  type WorkerEvent,
} from '../../shared/protocol.ts';
import { cancelWith, submitWith } from '../support/sequences.ts';

const pack = (value: unknown): readonly number[] => [
  ...new Packr({ useRecords: false }).pack(value),
];
/** A message of these words after its head, of this version, and with these bytes for items. */
const message = (
  words: readonly number[],
  items: readonly number[] = [],
  version = PROTOCOL_VERSION,
): Uint8Array => {
  const head = new Uint8Array(Uint32Array.of(version, items.length, ...words).buffer);
  return Uint8Array.of(...head, ...items);
};
/** A message of one row of this kind, with these words in it. */
const row = (kind: number, words: readonly number[], items?: unknown): Uint8Array =>
  message([kind, 2 + words.length, ...words], items === undefined ? [] : pack(items));

describe('a message', () => {
  test('owns its buffer to the last byte, so that it can be transferred', () => {
    const cancel = cancelWith(2, { worker: workerId(1) });
    const first = encodeCommands([cancel]);
    const second = encodeEvents([{ kind: 'hello' }]);
    const long = encodeCommands(Array.from({ length: 5000 }, () => cancel));
    for (const bytes of [first, second, long]) {
      assert.equal(bytes.byteOffset, 0);
      assert.equal(bytes.byteLength, bytes.buffer.byteLength);
    }
    assert.notEqual(first.buffer, second.buffer);
    assert.deepEqual(decodeCommands(first), [cancel]);
  });

  test('may hold nothing', () => {
    assert.deepEqual(decodeCommands(encodeCommands([])), []);
    assert.deepEqual(decodeEvents(encodeEvents([])), []);
  });

  test('keeps submits and other commands in their order', () => {
    const mixed = Array.from({ length: 100 }, (_, at): WorkerCommand[] => {
      const { worker, request, hashes } = submitWith(at + 1);
      return [
        cancelWith(at),
        submitWith(at + 1),
        { kind: 'extend', worker, request, hashes },
        { kind: 'fault', worker, fault: 'throw' },
      ];
    }).flat();
    assert.deepEqual(decodeCommands(encodeCommands(mixed)), mixed);
  });

  test('keeps batches and other events in their order', () => {
    const worker = workerId(0);
    const [last, first] = [new EventBatch(worker), new EventBatch(worker)];
    last.seq = 7;
    first.seq = 1;
    const events: WorkerEvent[] = [last, { kind: 'crashed', worker, message: 'why' }, first];
    const decoded = decodeEvents(encodeEvents(events));
    assert.deepEqual(
      decoded.map((event) => (event.kind === 'batch' ? event.seq : event.kind)),
      [7, 'crashed', 1],
    );
  });
});

describe('hashes', () => {
  const many = (request: number, words: number) =>
    submitWith(request, { hashes: new Uint32Array(words).fill(request) });

  test('are views on their message, and copies where they are but a tiny part of it', () => {
    const bytes = encodeCommands([many(1, 1000), many(2, 2)]);
    const [view, copy] = decodeCommands(bytes);
    assert.ok(view?.kind === 'submit' && copy?.kind === 'submit');
    assert.equal(view.hashes.buffer, bytes.buffer);
    assert.equal(copy.hashes.buffer.byteLength, 8);
  });

  test('that follow one another and are the same list are sent and kept once', () => {
    const hashes = new Uint32Array(1000).fill(7);
    const submits = [1, 2, 3].map((request) => submitWith(request, { hashes }));
    const extend = { kind: 'extend', worker: workerId(0), request: submitWith(1).request } as const;
    const bytes = encodeCommands([...submits, { ...extend, hashes: Uint32Array.of(1, 2) }]);
    assert.ok(bytes.length < 5000);
    const [first, second, third] = decodeCommands(bytes);
    assert.deepEqual([first, second, third], submits);
    assert.ok(first?.kind === 'submit' && third?.kind === 'submit');
    assert.equal(first.hashes, third.hashes);
  });

  test('may be part of a larger array', () => {
    const hashes = Uint32Array.of(9, 9, 1, 2, 3, 4, 9).subarray(2, 6);
    const [command] = decodeCommands(encodeCommands([submitWith(1, { hashes })]));
    assert.ok(command?.kind === 'submit');
    assert.deepEqual([...command.hashes], [1, 2, 3, 4]);
  });

  test('of a message that is part of a larger buffer are read as well', () => {
    const bytes = encodeCommands([submitWith(1)]);
    const part = Uint8Array.of(0, ...bytes).subarray(1);
    assert.deepEqual(decodeCommands(part), [submitWith(1)]);
  });
});

test('a decoded batch can be filled further', () => {
  const batch = new EventBatch(workerId(0));
  batch.tokens.push3(1, 2, 3);
  const [decoded] = decodeEvents(encodeEvents([batch]));
  assert.ok(decoded?.kind === 'batch');
  decoded.tokens.push3(4, 5, 6);
  decoded.kv.push2(7, 8);
  assert.deepEqual([...decoded.tokens.view()], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...batch.tokens.view()], [1, 2, 3]);
});

describe('what is no message of this protocol is refused', () => {
  for (const [name, bytes] of [
    ['another version', message([], [], PROTOCOL_VERSION + 1)],
    ['half a head', message([]).subarray(0, 4)],
    ['more bytes of items than there are', message([]).fill(9, 4)],
    ['half a number', message([0])],
    ['items that are not msgpack', message([], [0xc1])],
    ['items that are no list', message([], pack({ 0: 1 }))],
    ['an item too many', message([], pack([null]))],
    ['an unknown kind', row(99, [])],
    ['no kind', row(0, [])],
    ['a row cut short', message([2, 100, 0, 0])],
    ['a row that is too short for its columns', row(1, [0, 0])],
    ['a row that is too long for its columns', message([5, 4, 0, 0])],
    ['a row without a length', message([5, 0])],
    ['a list that is longer than its row', row(2, [0, 1, 100, 0])],
    ['a list that is the same as none', row(2, [0, 1, 0xffffffff, 0])],
    ['an item that is missing', row(4, [0, 0])],
    ['an unknown fault', row(6, [0, 99])],
    ['no bytes at all', new Uint8Array(0)],
    ['a message cut short', encodeCommands([submitWith(1)]).subarray(0, 20)],
    ['two messages in a row', Uint8Array.of(...message([]), ...message([]))],
  ] as const) {
    test(name, () => {
      assert.throws(() => decodeCommands(bytes), CodecError);
      assert.throws(() => decodeEvents(bytes), CodecError);
    });
  }
});
