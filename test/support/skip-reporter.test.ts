import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const REPORTER = './test/support/skip-reporter.mjs';

const folder = mkdtempSync(join(tmpdir(), 'fakeai-skips-'));
after(() => rmSync(folder, { recursive: true }));

/** Runs a test file of that text under the reporter, and returns what it says and the exit code. */
function report(text: string, ci: string) {
  const file = join(folder, 'sample.test.mjs');
  writeFileSync(file, `import { describe, test } from 'node:test';\n${text}`);
  const args = ['--test', `--test-reporter=${REPORTER}`, file];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, args, {
    env: { ...env, CI: ci },
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter(Boolean);
  return { status, lines: lines.map((line) => line.replace(/\S*sample/, 'sample')) };
}

const NO_TOOL = "test('inks', (t) => t.skip('no quill here'));";
const NO_TRACE = "test('reads', { skip: 'a.csv.gz is not in ../shared/traces' }, () => {});";
const NO_REASON = "describe('draws', { skip: true }, () => {});";

test('a skipped test is named with its reason', () => {
  assert.deepEqual(report(`test('runs', () => {}); ${NO_TOOL} ${NO_REASON}`, ''), {
    status: 0,
    lines: [
      'skipped: sample.test.mjs: inks: no quill here',
      'skipped: sample.test.mjs: draws: no reason given',
    ],
  });
});

test('in CI a skipped test has failed, but for what cannot be installed', () => {
  assert.deepEqual(report(NO_TOOL + NO_REASON + NO_TRACE, 'true'), {
    status: 1,
    lines: [
      'failed, since CI skips nothing: sample.test.mjs: inks: no quill here',
      'failed, since CI skips nothing: sample.test.mjs: draws: no reason given',
      'skipped: sample.test.mjs: reads: a.csv.gz is not in ../shared/traces',
    ],
  });
  assert.equal(report(NO_TRACE, 'true').status, 0);
});
