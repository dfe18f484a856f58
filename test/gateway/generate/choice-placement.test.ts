import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PromptHashes } from '../../../gateway/generate/answer-hashes.ts';
import { ChoicePlacement, type PlacementHost } from '../../../gateway/generate/choice-placement.ts';
import type { Generation } from '../../../gateway/generate/generation.ts';
import { TokenBuffer } from '../../../gateway/text/token-buffer.ts';
import { hashRoot } from '../../../shared/block-hash.ts';
import { NO_REQUEST, type RequestId, requestId, workerId } from '../../../shared/ids.ts';
import { modelOf } from '../../support/chat-requests.ts';
import { AnswerRig } from './answer-rig.ts';

interface Submitted {
  readonly siblingOf: RequestId;
  readonly pinned: number | undefined;
  readonly hashes: Uint32Array;
}

/** A placement of `choices` answers to a prompt of so many blocks, on workers that take `taken`. */
function rig(choices: number, { blocks = 1, taken = Infinity } = {}) {
  const ids = new TokenBuffer();
  for (let id = 0; id < 16 * blocks; id++) ids.push(id);
  const { answer, exchange, finishes } = new AnswerRig(
    { n: choices, max_tokens: 5000, ignore_eos: true },
    { placed: 0, blocks, hashes: new PromptHashes(ids, 16, hashRoot(1)) },
  );
  const submitted: Submitted[] = [];
  let hashWords = 0;
  let added = 0;
  const cluster = {
    extend: (_request: RequestId, hashes: Uint32Array) => {
      hashWords += hashes.length;
    },
    submit: (sequence: Submitted) => {
      if (submitted.length >= taken) return undefined;
      submitted.push(sequence);
      return { request: requestId(submitted.length), worker: workerId(3), overlapBlocks: 0 };
    },
  };
  const host = {
    cluster,
    nowUs: () => 0,
    scratch: new TokenBuffer(),
    tokenizer: { kind: 'simple' },
    profileOf: () => 0,
    outageS: () => undefined,
    noteRouteUs: () => {},
    writeLater: () => added++,
  };
  const generation = { model: modelOf('m'), pinned: undefined, sessionKey: undefined, priority: 0 };
  const placement = new ChoicePlacement(
    answer,
    generation as unknown as Generation,
    host as unknown as PlacementHost,
  );
  return {
    placement,
    submitted,
    answer,
    exchange,
    finishes,
    isAdded: () => added > 0 && added-- > 0,
    extendedBlocks: () => hashWords / 2,
  };
}

describe('the choices of an answer are placed', () => {
  test('at once where they are few', () => {
    const { placement, submitted, isAdded } = rig(8);
    placement.flush(32);
    assert.equal(submitted.length, 8);
    assert.ok(!isAdded() || placement.flush(32) === 0);
  });

  test('on the worker of the first, as siblings of it', () => {
    const { placement, submitted } = rig(3);
    placement.flush(32);
    assert.deepEqual(
      submitted.map(({ siblingOf, pinned }) => [siblingOf, pinned]),
      [
        [NO_REQUEST, undefined],
        [1, 3],
        [1, 3],
      ],
    );
  });

  test('a few in each turn where they are many, or their prompt is long', () => {
    for (const [blocks, perTurn] of [
      [1, 32],
      [6400, 2],
    ] as const) {
      const { placement, submitted, isAdded } = rig(128, { blocks });
      let most = 0;
      do {
        const before = submitted.length;
        placement.flush(128);
        most = Math.max(most, submitted.length - before);
      } while (isAdded());
      assert.equal(submitted.length, 128);
      assert.equal(most, perTurn);
    }
  });

  test('with a few thousand hashed tokens of their answers, whatever their number', () => {
    for (const choices of [1, 128]) {
      const { placement, submitted, isAdded, extendedBlocks } = rig(choices);
      do placement.flush(128);
      while (isAdded());
      const submittedBlocks = submitted.reduce((sum, { hashes }) => sum + hashes.length / 2 - 1, 0);
      const blocks = submittedBlocks + extendedBlocks();
      assert.ok(blocks > 0 && blocks <= 4096 / 16, `${blocks} blocks`);
    }
  });

  test('with one list of the hashes of their prompt, however many they are', () => {
    const { placement, submitted, isAdded } = rig(128, { blocks: 4000 });
    do placement.flush(128);
    while (isAdded());
    assert.equal(new Set(submitted.map(({ hashes }) => hashes)).size, 1);
  });

  test('no further once the client has left', () => {
    const { placement, submitted, exchange, isAdded } = rig(128);
    placement.flush(32);
    exchange.leave();
    const before = submitted.length;
    while (isAdded()) placement.flush(128);
    assert.equal(submitted.length, before);
  });

  test('no further once one has found no worker: the answer has failed', () => {
    const { placement, submitted, finishes, isAdded } = rig(128, { taken: 2 });
    do placement.flush(128);
    while (isAdded());
    assert.equal(submitted.length, 2);
    assert.deepEqual(finishes, ['error']);
  });
});
