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

/** A copy, since `pack` by itself returns a view on a buffer that it will use again. */
const pack = (value: unknown): Uint8Array =>
  Uint8Array.from(new Packr({ useRecords: false }).pack(value));
const NONE = new Uint8Array(0);
/** A message with these numbers in its rows, and what else is given. */
const rows = (numbers: readonly number[], words = NONE, ...items: unknown[]): Uint8Array =>
  pack([PROTOCOL_VERSION, new Uint8Array(Float64Array.from(numbers).buffer), words, ...items]);

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
  test('are decoded into memory of their own, whatever becomes of the message', () => {
    const bytes = encodeCommands([submitWith(1)]);
    const [command] = decodeCommands(bytes);
    bytes.fill(0);
    assert.deepEqual(command, submitWith(1));
  });

  test('may be part of a larger array', () => {
    const hashes = Uint32Array.of(9, 9, 1, 2, 3, 4, 9).subarray(2, 6);
    const [command] = decodeCommands(encodeCommands([submitWith(1, { hashes })]));
    assert.ok(command?.kind === 'submit');
    assert.deepEqual([...command.hashes], [1, 2, 3, 4]);
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
    ['another version', pack([PROTOCOL_VERSION + 1, [3]])],
    ['no version', pack([])],
    ['not a list', pack({ version: PROTOCOL_VERSION })],
    ['no columns', pack([PROTOCOL_VERSION])],
    ['columns of text', pack([PROTOCOL_VERSION, '', ''])],
    ['a column with half a number', pack([PROTOCOL_VERSION, new Uint8Array(12), NONE])],
    ['no item', pack([PROTOCOL_VERSION, NONE, NONE, 'submit'])],
    ['an item too many', pack([PROTOCOL_VERSION, NONE, NONE, null])],
    ['a word too many', pack([PROTOCOL_VERSION, NONE, new Uint8Array(4)])],
    ['an unknown kind', rows([99])],
    ['a kind that is no number', rows([Number.NaN])],
    ['a row cut short', rows([1, 0])],
    ['fewer words than a row says', rows([2, 0, 1, 2], new Uint8Array(4))],
    ['less than no words', rows([2, 0, 1, -2])],
    ['half a word', rows([2, 0, 1, 0.5], new Uint8Array(4))],
    ['an item that is missing', rows([4, 0])],
    ['an unknown fault', rows([6, 0, 99])],
    ['no bytes at all', new Uint8Array(0)],
    ['a message cut short', encodeCommands([submitWith(1)]).subarray(0, 20)],
    ['two messages in a row', Uint8Array.of(...pack([PROTOCOL_VERSION]), ...pack(1))],
  ] as const) {
    test(name, () => {
      assert.throws(() => decodeCommands(bytes), CodecError);
      assert.throws(() => decodeEvents(bytes), CodecError);
    });
  }
});
