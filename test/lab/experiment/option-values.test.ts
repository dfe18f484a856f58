import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import {
  assignment,
  integersIn,
  numbersIn,
  policies,
  profiles,
} from '../../../lab/experiment/option-values.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';

test('lists hold each value once, and integers may be ranges', () => {
  assert.deepEqual(numbersIn({ min: 0, max: 9 })('1, 2.5,1'), [1, 2.5]);
  assert.deepEqual(integersIn({ min: 0, max: 99 })('1,5,7-9'), [1, 5, 7, 8, 9]);
  assert.deepEqual(policies('random,smart'), ['random', 'smart']);
  assert.deepEqual(policies('all'), POLICY_NAMES);
});

test('profiles are named or given by their numbers', () => {
  const [named, linear, constant, polynomial] = profiles(
    '8b-h100,linear:30:250:12:2,constant:20:5,polynomial:1:2:3:4:5:6',
  );
  assert.deepEqual(
    [named, linear, constant, polynomial].map((profile) => profile?.latency.kind),
    ['linear', 'linear', 'constant', 'polynomial'],
  );
  assert.deepEqual(linear?.latency, {
    kind: 'linear',
    prefillOverheadUs: 30_000,
    prefillUsPerToken: 250,
    prefillDeviationPercent: 0,
    itlUs: 12_000,
    itlDeviationPercent: 0,
    loadFactor: 2,
  });
});

test('assignments add up', () => {
  assert.deepEqual(assignment('b=2', assignment('a=1')), { a: 1, b: 2 });
});

const WRONG: readonly (readonly [(text: string) => unknown, string])[] = [
  [numbersIn({ min: 0, max: 9 }), '1,,2'],
  [numbersIn({ min: 0, max: 9 }), '10'],
  [integersIn({ min: 0, max: 9 }), '1.5'],
  [integersIn({ min: 0, max: 9 }), '3-1'],
  [integersIn({ min: 0, max: 9 }), '1-2-3'],
  [policies, 'smart,'],
  [profiles, 'linear:1'],
  [profiles, 'polynomial:1:2'],
  [assignment, 'requests'],
  [assignment, 'requests=many'],
];
for (const [parse, text] of WRONG) {
  test(`"${text}" is refused`, () => {
    assert.throws(() => parse(text), InvalidArgumentError);
  });
}
