import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockIds } from '../../../lab/analyze/block-ids.ts';
import { TraceRequest } from '../../../lab/traces/trace-source.ts';
import { HASH_WORDS } from '../../../shared/block-hash.ts';
import { fc } from '../../support/property.ts';

const BLOCK_SIZE = 4;

/** Segments of a conversation that goes on or parts from another one; then prompt and answer. */
const requests = fc.array(
  fc.record({
    system: fc.integer({ min: 0, max: 30 }),
    session: fc.integer({ min: 1, max: 3 }),
    prompt: fc.integer({ min: 1, max: 60 }),
    output: fc.integer({ min: 1, max: 20 }),
  }),
  { minLength: 1, maxLength: 30 },
);

test('two blocks have the same number exactly if they have the same hash', () => {
  fc.assert(
    fc.property(requests, (plain) => {
      const ids = new BlockIds(BLOCK_SIZE);
      const numbers = new Map<string, number>();
      for (const { system, session, prompt, output } of plain) {
        const request = new TraceRequest();
        request.promptTokens = prompt;
        request.outputTokens = output;
        const tokens = prompt + output;
        request.content.extend(99, system, Math.min(system, tokens));
        request.content.extend(session, system, tokens);
        ids.read(request);
        const hashes = new Uint32Array(HASH_WORDS * tokens);
        request.content.writeHashes(BLOCK_SIZE, hashes);
        for (let block = 0; block < Math.floor((tokens - 1) / BLOCK_SIZE); block++) {
          const name = hashes.slice(block * HASH_WORDS, (block + 1) * HASH_WORDS).join();
          assert.equal(ids.at(block), numbers.get(name) ?? ids.at(block));
          numbers.set(name, ids.at(block));
        }
        assert.equal(ids.partial > 0, prompt % BLOCK_SIZE > 0);
        if (ids.partial === 0) continue;
        request.content.writeHashes(prompt, hashes);
        const name = hashes.slice(0, HASH_WORDS).join();
        assert.equal(ids.partial, numbers.get(name) ?? ids.partial);
        numbers.set(name, ids.partial);
      }
      assert.equal(new Set(numbers.values()).size, numbers.size);
    }),
    { numRuns: 60 },
  );
});
