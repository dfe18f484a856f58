import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockIds } from '../../../lab/analyze/block-ids.ts';
import { WorkingSetTally } from '../../../lab/analyze/working-set.ts';
import { TraceRequest } from '../../../lab/traces/trace-source.ts';
import { timeUs } from '../../../shared/units.ts';
import { fc } from '../../support/property.ts';

interface Plain {
  /** Which of a few conversations its tokens are of, and where it leaves that for its own. */
  readonly conversation: number;
  readonly common: number;
  readonly prompt: number;
  readonly output: number;
}

const BLOCK_SIZE = 4;

const requests = fc.array(
  fc.record({
    conversation: fc.integer({ min: 0, max: 3 }),
    common: fc.integer({ min: 0, max: 60 }),
    prompt: fc.integer({ min: 1, max: 50 }),
    output: fc.integer({ min: 1, max: 20 }),
  }),
  { minLength: 1, maxLength: 60 },
);

function requestOf(plain: Plain, number: number): TraceRequest {
  const request = new TraceRequest();
  request.arrivalUs = timeUs(number * 1e6);
  request.promptTokens = plain.prompt;
  request.outputTokens = plain.output;
  request.session = plain.conversation;
  const end = plain.prompt + plain.output;
  request.content.extend(plain.conversation + 1, 7, Math.min(plain.common, end));
  request.content.extend(1000 + number, 9, end);
  return request;
}

/** Names of the full blocks within the first `tokens` tokens. */
function blocksOf({ content }: TraceRequest, tokens: number): string[] {
  const hashes = new Uint32Array(200);
  content.writeHashes(BLOCK_SIZE, hashes);
  const count = Math.floor(tokens / BLOCK_SIZE);
  return Array.from({ length: count }, (_, at) => `${hashes[at * 2]}.${hashes[at * 2 + 1]}`);
}

/** Hit blocks of a plain LRU cache, a list with the most recent first. */
function hitsOf(list: readonly TraceRequest[], size: number): number {
  let cache: string[] = [];
  let hits = 0;
  for (const request of list) {
    const { promptTokens, outputTokens } = request;
    const asked = blocksOf(request, promptTokens - 1);
    const missed = asked.findIndex((block) => !cache.includes(block));
    hits += missed < 0 ? asked.length : missed;
    for (const block of blocksOf(request, promptTokens + outputTokens - 1).toReversed()) {
      cache = [block, ...cache.filter((other) => other !== block)].slice(0, size);
    }
  }
  return hits;
}

test('one pass gives the hits of a plain LRU cache of every size', () => {
  fc.assert(
    fc.property(requests, (plain) => {
      const tally = new WorkingSetTally();
      const ids = new BlockIds(BLOCK_SIZE);
      const list = plain.map(requestOf);
      for (const request of list) {
        ids.read(request);
        tally.add(request, ids);
      }
      const { curve, sizes, hitBound } = tally.stats();
      const tokens = plain.reduce((sum, { prompt }) => sum + prompt, 0);
      for (const { blocks, tokenHitRate } of curve) {
        assert.equal(tokenHitRate, (hitsOf(list, blocks) * BLOCK_SIZE) / tokens);
      }
      const most = hitsOf(list, Number.POSITIVE_INFINITY);
      assert.equal(hitBound, (most * BLOCK_SIZE) / tokens);
      for (const { shareOfBound, blocks } of sizes) {
        assert.ok(hitsOf(list, blocks) >= shareOfBound * most);
        assert.ok(blocks === 0 || hitsOf(list, blocks - 1) < shareOfBound * most);
      }
    }),
    { numRuns: 60 },
  );
});

test('turns, sessions, gaps and windows are told apart', () => {
  const tally = new WorkingSetTally();
  const ids = new BlockIds(4);
  const add = (seconds: number, session: number, turn: number, prompt: number): void => {
    const request = new TraceRequest();
    request.arrivalUs = timeUs(seconds * 1e6);
    request.promptTokens = prompt;
    request.session = session;
    request.turn = turn;
    request.content.extend(1, 1, prompt + 1);
    ids.read(request);
    tally.add(request, ids);
  };
  add(0, 0, 0, 9);
  add(30, 0, 1, 17);
  add(90, 1, 0, 17);
  add(150, 1, 1, 17);
  const { turns, gaps, windows, distinctBlocks } = tally.stats();
  assert.equal(distinctBlocks, 4);
  assert.deepEqual(turns.slice(0, 2), [
    {
      firstTurn: 1,
      lastTurn: 1,
      requests: 2,
      promptTokens: 26,
      hitTokensWithin: 0,
      hitTokensBetween: 16,
    },
    {
      firstTurn: 2,
      lastTurn: 2,
      requests: 2,
      promptTokens: 34,
      hitTokensWithin: 8 + 16,
      hitTokensBetween: 0,
    },
  ]);
  assert.equal(gaps.at(-1)?.blocks, 4);
  assert.equal(gaps.at(-1)?.seconds.toFixed(1), '60.0');
  // From 0 to 60 s four blocks, from 60 to 120 s the same; the last window is not whole.
  assert.deepEqual(windows[0], { seconds: 60, windows: 2, blocksMean: 4, blocksMost: 4 });
});
