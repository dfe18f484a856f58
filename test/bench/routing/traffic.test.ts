import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAFFIC } from '../../../bench/routing/traffic.ts';
import { workloads } from '../../../lab/workloads/workloads.ts';

test('every generator is compared with every preset, and nothing twice', () => {
  const names = TRAFFIC.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const [name, { presets }] of workloads) {
    for (const preset of ['', ...Object.keys(presets).map((each) => `:${each}`)]) {
      assert.ok(names.includes(`${name}${preset}`), `${name}${preset}`);
    }
  }
});

test('a scarce cache is the smaller one', () => {
  for (const { name, cacheTokens } of TRAFFIC) {
    assert.ok(cacheTokens.scarce < cacheTokens.ample, name);
  }
});
