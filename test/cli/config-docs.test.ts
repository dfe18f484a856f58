import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { configMarkdown } from '../../cli/config-docs.ts';
import { SETTINGS } from '../../shared/settings/settings.ts';

describe('docs/configuration.md', () => {
  it('is what the table of settings says', () => {
    const path = 'docs/configuration.md';
    const howTo = `${path} is not current: write the output of "fakeai config --markdown" to it`;
    assert.ok(readFileSync(path, 'utf8') === configMarkdown(), howTo);
  });

  it('has one row for every setting, with as many cells as the head', () => {
    const lines = configMarkdown().split('\n');
    for (const { env, flag } of SETTINGS) {
      const rows = lines.filter((line) => line.includes(`| \`${env}\` | \`${flag}\``));
      assert.equal(rows.length, 1, env);
      assert.equal(rows[0]?.split(/(?<!\\)\|/).length, 9, env);
    }
  });
});
