import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATEGORIES } from '../../../gateway/scores/categories.ts';
import { type CategoryScores, scoresOf } from '../../../gateway/scores/moderation.ts';
import { fc } from '../../support/property.ts';

function scored(text: string): CategoryScores {
  const scoring = scoresOf(text);
  for (;;) {
    const { value, done } = scoring.next();
    if (done) return value;
  }
}

const high = (text: string): string[] =>
  [...scored(text)].filter(([, score]) => score > 0.01).map(([name]) => name);

test('each word scores in its category, within its band', () => {
  for (const { name, words, low, high, needsParent } of CATEGORIES) {
    for (const word of words) {
      const score = scored(needsParent ? `${word} porn` : word).get(name) ?? 0;
      assert.ok(low <= score && score <= high, `${name}: ${word}: ${score}`);
    }
  }
});

test('other texts score next to nothing, and not nothing', () => {
  fc.assert(
    fc.property(fc.lorem(), (text) => {
      for (const [, score] of scored(text)) assert.ok(score >= 1e-6 && score <= 1e-4);
    }),
    { numRuns: 50 },
  );
});

test('a score is the same for the same text, and another for another', () => {
  assert.deepEqual([...scored('some text')], [...scored('some text')]);
  assert.notDeepEqual([...scored('some text')], [...scored('some other text')]);
});

test('a child lifts its parent', () => {
  const scores = scored('there was blood');
  assert.deepEqual(high('there was blood'), ['violence', 'violence/graphic']);
  const parent = scores.get('violence') ?? 0;
  assert.ok(parent >= 0.5 && parent <= 0.7);
});

test('minors score only beside something sexual', () => {
  assert.deepEqual(high('a child and a kid'), []);
  assert.deepEqual(high('a child and porn'), ['sexual', 'sexual/minors']);
});

test('ordinary prose and code pass', () => {
  for (const text of [
    'The skill of the begun work; an assistant, a classic Essex assessment.',
    'const child = spawn("node"); child.on("exit", () => process.exit(0));',
    'SELECT id FROM teens WHERE minor = 1;',
  ]) {
    assert.deepEqual(high(text), [], text);
  }
});
