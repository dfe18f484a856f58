import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelLabels } from '../../../gateway/metrics/model-labels.ts';

test('the served model has the first label before any request', () => {
  const labels = new ModelLabels('served');
  assert.equal(labels.count, 1);
  assert.equal(labels.nameOf(0), 'served');
  assert.equal(labels.labelOf('served'), 0);
});

test('a model keeps its label', () => {
  const labels = new ModelLabels('served');
  const label = labels.labelOf('a/b');
  assert.equal(labels.labelOf('a/b'), label);
  assert.equal(labels.nameOf(label), 'a/b');
});

test('models beyond the limit share the label "other", which exists once it is needed', () => {
  const labels = new ModelLabels('m0');
  for (let i = 1; i < 100; i++) labels.labelOf(`m${i}`);
  assert.equal(labels.count, 100);
  const other = labels.labelOf('one more');
  assert.equal(labels.labelOf('and another'), other);
  assert.equal(labels.nameOf(other), 'other');
  assert.equal(labels.count, 101);
  assert.equal(labels.labelOf('m7'), 7);
});

test('a model named "other" shares that label with those beyond the limit, whenever it comes', () => {
  const early = new ModelLabels('other');
  for (let i = 1; i < 120; i++) early.labelOf(`m${i}`);
  assert.equal(early.labelOf('m119'), early.labelOf('other'));
  assert.equal(early.count, 100);
  const late = new ModelLabels('m0');
  for (let i = 1; i < 120; i++) late.labelOf(`m${i}`);
  assert.equal(late.labelOf('other'), late.labelOf('m119'));
  assert.equal(late.count, 101);
});
