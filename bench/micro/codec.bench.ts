import { assert } from '../../shared/assert.ts';
import { decodeCommands, decodeEvents, encodeCommands, encodeEvents } from '../../shared/codec.ts';
import { NO_REQUEST, requestId, workerId } from '../../shared/ids.ts';
import { EventBatch, SPEC_DEFAULTS, type SubmitCommand } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { timeUs } from '../../shared/units.ts';
import { type BenchMode, type BenchRow, measure } from './bench-result.ts';

const ITEMS = 64;
/** A prompt of 1000 tokens and its answer, in blocks of 16. */
const HASHES = 70;

/** One operation is one submit of a message of 64, or one token of a batch of 64. */
export function suite(mode: BenchMode): Promise<BenchRow[]> {
  const submits = Array.from({ length: ITEMS }, (_, index) => submit(index));
  const submitBytes = encodeCommands(submits);
  const batch = tokenBatch();
  const batchBytes = encodeEvents([batch]);
  const one = new EventBatch(workerId(0));
  one.tokens.push3(1, 1, 20);
  return measure(mode, [
    {
      name: `encode a submit of ${HASHES} hashes`,
      operations: ITEMS,
      run: () => assert(encodeCommands(submits).length > 0, 'a message has bytes'),
      note: `${Math.round(submitBytes.length / ITEMS)} bytes each`,
    },
    {
      name: `decode a submit of ${HASHES} hashes`,
      operations: ITEMS,
      run: () => assert(decodeCommands(submitBytes).length === ITEMS, 'every submit arrives'),
    },
    {
      name: 'encode a token',
      operations: ITEMS,
      run: () => assert(encodeEvents([batch]).length > 0, 'a message has bytes'),
      note: `${Math.round(batchBytes.length / ITEMS)} bytes each`,
    },
    {
      name: 'decode a token',
      operations: ITEMS,
      run: () => assert(decodeEvents(batchBytes).length === 1, 'the batch arrives'),
    },
    {
      name: 'encode and decode a batch of one token',
      operations: 1,
      run: () => assert(decodeEvents(encodeEvents([one])).length === 1, 'the batch arrives'),
    },
  ]);
}

function submit(index: number): SubmitCommand {
  const rng = new Rng(index);
  return {
    kind: 'submit',
    worker: workerId(index % 4),
    request: requestId(index + 1),
    arrivedUs: timeUs(5e9 + index),
    expectedCachedTokens: 512,
    siblingOf: NO_REQUEST,
    spec: {
      ...SPEC_DEFAULTS,
      promptTokens: 1000,
      outputTokens: 120,
      seed: rng.u32(),
    },
    hashes: Uint32Array.from({ length: 2 * HASHES }, () => rng.u32()),
  };
}

/** A tick of decode: each of 64 sequences has a token, every sixteenth a block. */
function tokenBatch(): EventBatch {
  const rng = new Rng(1);
  const batch = new EventBatch(workerId(0));
  for (let index = 0; index < ITEMS; index++) {
    batch.tokens.push3(index + 1, 1, index);
    if (index % 16 === 0) batch.kv.push2(rng.u32(), rng.below(2 ** 31));
  }
  return batch;
}
