import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS } from '../../../shared/settings/settings.ts';
import { readRepository } from '../../support/repository.ts';
import { within } from '../../support/tidy-policy.ts';
import { scanFile } from '../../support/tidy-rules.ts';

/** The code that acts on settings: all but what says what they are. */
const READERS = [
  'cli/',
  'gateway/',
  'shared/settings/resolve-settings.ts',
  'shared/settings/latency.ts',
];
const code = readRepository()
  .filter(({ path }) => within(path, READERS))
  .map((file) => scanFile(file).code)
  .join('\n');

/** `settings.name`, or `{ name } = settings`. */
function isRead(name: string): boolean {
  const member = new RegExp(String.raw`\b(?:settings|sources)\.${name}\b`);
  const pattern = new RegExp(String.raw`\{[^{}]*(?<!: )\b${name}\b[^{}]*\} =\s[\w.]*\bsettings\b`);
  return member.test(code) || pattern.test(code);
}

test('a setting has no effect if and only if its row says so', () => {
  assert.ok(!isRead('noSuchSetting'));
  const wrong = SETTINGS.filter(
    ({ name, setting }) => isRead(name) !== (setting.effect === undefined),
  );
  assert.deepEqual(
    wrong.map(({ env }) => env),
    [],
  );
});
