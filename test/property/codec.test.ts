import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCommands, decodeEvents, encodeCommands, encodeEvents } from '../../shared/codec.ts';
import { requestId, workerId } from '../../shared/ids.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import { CodecError } from '../../shared/message.ts';
import {
  EventBatch,
  FAULTS,
  LOAD_FIELDS,
  OUTCOME,
  type SequenceSpec,
  SPEC_COLUMNS,
  type WorkerCommand,
  type WorkerEvent,
} from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';
import { fc } from '../support/property.ts';

/** Plain objects, as a decoder makes them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
/** Times pass 32 bits after 71 minutes. */
const us = fc.oneof(fc.nat(), fc.maxSafeNat()).map(timeUs);
const count = fc.oneof(fc.nat({ max: 300 }), fc.nat());
/** Without -0, which no setting tells from 0 and msgpack does not either. */
const decimal = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const worker = fc.nat({ max: 255 }).map(workerId);
const request = u32.map(requestId);
const words = fc.uint32Array({ maxLength: 40, size: 'max' });

const BY_WIDTH = { u8: fc.nat({ max: 255 }), i32: fc.nat(), u32, f64: decimal };
const spec = fc.record(
  Object.fromEntries(
    Object.entries(SPEC_COLUMNS).map(([name, { form }]) => [name, BY_WIDTH[form]]),
  ),
  { noNullPrototype: true },
) as fc.Arbitrary<SequenceSpec>;

const threeDecimals = fc.tuple(decimal, decimal, decimal);
const latency: fc.Arbitrary<LatencyConfig> = fc.oneof(
  record({
    kind: fc.constant('constant' as const),
    ttftUs: decimal,
    ttftVariancePercent: decimal,
    itlUs: decimal,
    itlVariancePercent: decimal,
    ttftFixedShare: decimal,
  }),
  record({
    kind: fc.constant('linear' as const),
    prefillOverheadUs: decimal,
    prefillUsPerToken: decimal,
    prefillDeviationPercent: decimal,
    itlUs: decimal,
    itlDeviationPercent: decimal,
    loadFactor: decimal,
  }),
  record({
    kind: fc.constant('polynomial' as const),
    prefillMs: threeDecimals,
    decodeMs: threeDecimals,
    decodeMinMs: decimal,
  }),
  record({
    kind: fc.constant('profile' as const),
    ttftMs: decimal,
    ttftDeviationMs: decimal,
    itlMs: decimal,
    itlDeviationMs: decimal,
    prefillTokensPerSecond: decimal,
  }),
);

const command: fc.Arbitrary<WorkerCommand> = fc.oneof(
  record({
    kind: fc.constant('submit' as const),
    worker,
    request,
    arrivedUs: us,
    expectedCachedTokens: count,
    siblingOf: request,
    spec: spec,
    hashes: words,
  }),
  record({ kind: fc.constant('extend' as const), worker, request, hashes: words }),
  record({
    kind: fc.constant('cancel' as const),
    worker,
    request,
    outcome: fc.constantFrom(OUTCOME.finished, OUTCOME.cancelled),
  }),
  record({
    kind: fc.constant('configure' as const),
    worker,
    config: record({
      scheduler: fc.constantFrom('paced' as const, 'batched' as const),
      latency,
      prefixCaching: fc.boolean(),
      blockSize: count,
      numBlocks: count,
      maxNumSeqs: count,
      maxNumBatchedTokens: count,
      maxWaiting: count,
    }),
  }),
  record({ kind: fc.constant('drain' as const) }),
  record({
    kind: fc.constant('fault' as const),
    worker,
    fault: fc.constantFrom(...FAULTS),
  }),
);

const load = fc.tuple(...LOAD_FIELDS.map(() => fc.oneof(count, fc.maxSafeNat())));
const batch = fc
  .tuple(worker, count, us, count, us, words, words, words, words, load)
  .map(([worker, seq, endUs, steps, stepUs, kv, started, tokens, ended, load]) => {
    const batch = new EventBatch(worker);
    Object.assign(batch, { seq, endUs, steps, stepUs });
    batch.kv.assign(kv);
    batch.started.assign(started);
    batch.tokens.assign(tokens);
    batch.ended.assign(ended);
    for (const [at, field] of LOAD_FIELDS.entries()) batch.load[field] = load[at] ?? 0;
    return batch;
  });

const event: fc.Arbitrary<WorkerEvent> = fc.oneof(
  batch,
  record({
    kind: fc.constant('crashed' as const),
    worker,
    message: fc.string({ unit: 'binary' }),
  }),
  record({ kind: fc.constant('hello' as const) }),
);

/** A batch by value: its lists keep room to grow, which is nobody's business. */
function plain(event: WorkerEvent): unknown {
  if (event.kind !== 'batch') return event;
  const lists = [event.kv, event.started, event.tokens, event.ended].map((list) => [
    ...list.view(),
  ]);
  const { worker, seq, endUs, steps, stepUs, load } = event;
  return { worker, seq, endUs, steps, stepUs, load, lists };
}

function assertExact(bytes: Uint8Array): void {
  assert.equal(bytes.byteOffset, 0);
  assert.equal(bytes.byteLength, bytes.buffer.byteLength);
}

test('commands arrive as they were sent, in their order', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
      const bytes = encodeCommands(commands);
      assertExact(bytes);
      assert.deepEqual(decodeCommands(bytes), commands);
    }),
    { numRuns: 300 },
  );
});

test('events arrive as they were sent, in their order', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const bytes = encodeEvents(events);
      assertExact(bytes);
      assert.deepEqual(decodeEvents(bytes).map(plain), events.map(plain));
    }),
    { numRuns: 300 },
  );
});

test('bytes at random are refused, and never anything else thrown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.throws(() => decodeCommands(bytes), CodecError);
      assert.throws(() => decodeEvents(bytes), CodecError);
    }),
    { numRuns: 500 },
  );
});

test('a message with other bytes in it is read as another one or refused', () => {
  fc.assert(
    fc.property(
      fc.array(command, { minLength: 1, maxLength: 4 }),
      fc.array(event, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
      (commands, events, changes) => {
        for (const [bytes, decode] of [
          [encodeCommands(commands), decodeCommands],
          [encodeEvents(events), decodeEvents],
        ] as const) {
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            decode(bytes);
          } catch (error) {
            assert.ok(error instanceof CodecError, String(error));
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
