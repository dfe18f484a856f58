import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeSteps } from '../../../gateway/prompt/steps.ts';
import { Relevance } from '../../../gateway/scores/relevance.ts';
import { fc } from '../../support/property.ts';

const logit = (query: string, passage: string): number =>
  takeSteps(takeSteps(Relevance.to(query)).logitOf(passage));

test('a passage with more words of the query has a higher logit', () => {
  const none = logit('red fox jumps', 'a blue bird');
  const two = logit('red fox jumps', 'The Red FOX sleeps');
  const all = logit('red fox jumps', 'fox, red: jumps');
  assert.ok(none < -4 && two > none + 4 && all > two && all > 4, `${none} ${two} ${all}`);
});

test('a logit lies between -6 and 6, and is the same for the same pair', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (query, passage) => {
      const first = logit(query, passage);
      assert.ok(first >= -6 && first <= 6);
      assert.equal(logit(query, passage), first);
    }),
  );
});
