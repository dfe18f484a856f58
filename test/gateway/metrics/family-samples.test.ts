import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Distribution } from '../../../gateway/metrics/distribution.ts';
import { gauge, histogram, SECONDS } from '../../../gateway/metrics/family.ts';
import { FamilySamples } from '../../../gateway/metrics/family-samples.ts';
import { labelled } from '../../../gateway/metrics/label-sets.ts';

test('a value is read at each look, as of its time', () => {
  const family = gauge('g', 'help', labelled('w', ['a', 'b']), (index, nowUs) => nowUs + index);
  const samples = new FamilySamples(family);
  const read = (nowUs: number) =>
    samples.at(nowUs).map(({ value, sharedLabels }) => [...Object.values(sharedLabels), value]);
  assert.deepEqual(read(10), [
    ['a', 10],
    ['b', 11],
  ]);
  assert.deepEqual(read(20), [
    ['a', 20],
    ['b', 21],
  ]);
});

test('series that come up later have lines behind those that are there', () => {
  const isUp = [false, true, false];
  const labels = {
    count: 3,
    at: (index: number) => (isUp[index] ? { w: `${index}` } : undefined),
  };
  const samples = new FamilySamples(gauge('g', 'help', labels, (index) => index));
  const read = () => samples.at(0).map(({ value }) => value);
  assert.deepEqual(read(), [1]);
  isUp[0] = true;
  assert.deepEqual(read(), [1, 0]);
  isUp[2] = true;
  assert.deepEqual(read(), [1, 0, 2]);
});

test('the buckets of a histogram are cumulative, and its bounds and sum in its unit', () => {
  const distribution = new Distribution([500_000, 2_000_000], 2);
  distribution.observe(1, 400_000);
  distribution.observe(1, 1_000_000, 0, 2);
  distribution.observe(1, 9_000_000);
  const labels = labelled('m', ['a', 'b']);
  const samples = new FamilySamples(histogram('h', 'help', labels, distribution, SECONDS));
  const lines = samples.at(0).map(({ metricName, sharedLabels, value }) => {
    return `${metricName} ${Object.values(sharedLabels).join()} ${value}`;
  });
  assert.deepEqual(lines, [
    'h_bucket a,0.5 0',
    'h_bucket a,2.0 0',
    'h_bucket a,+Inf 0',
    'h_sum a 0',
    'h_count a 0',
    'h_bucket b,0.5 1',
    'h_bucket b,2.0 3',
    'h_bucket b,+Inf 4',
    'h_sum b 11.4',
    'h_count b 4',
  ]);
});
