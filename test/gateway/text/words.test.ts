import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from '../../../gateway/text/words.ts';
import { fc } from '../../support/property.ts';

test('words stand where they are said to stand, also in a text of several stretches', () => {
  const text = fc.array(fc.constantFrom('word', 'größer', '漢字', ' ', '. ', '😀', '\n'), {
    maxLength: 3000,
    size: 'max',
  });
  fc.assert(
    fc.property(text, (parts) => {
      const whole = parts.join('');
      let end = 0;
      for (const placed of wordsOf(whole)) {
        if (placed === undefined) continue;
        const { word, start } = placed;
        assert.equal(whole.slice(start, start + word.length), word);
        assert.ok(!/[\p{L}\p{N}]/u.test(whole.slice(end, start)), 'no letter is left out');
        end = start + word.length;
      }
      assert.ok(!/[\p{L}\p{N}]/u.test(whole.slice(end)));
    }),
    { numRuns: 50 },
  );
});

test('a text without words has pauses', () => {
  const stretches = [...wordsOf('😀'.repeat(50_000))];
  assert.ok(stretches.length > 10 && stretches.every((placed) => placed === undefined));
});
