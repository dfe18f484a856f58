import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../gateway/log.ts';
import { LogSink } from '../../gateway/log-sink.ts';
import { AssertionFailure } from '../../shared/assert.ts';
import { settingsOf } from '../support/server.ts';

async function logged(error: unknown) {
  const { settings } = await settingsOf('--debug');
  let text = '';
  const sink = new LogSink((bytes, done) => {
    text += Buffer.from(bytes).toString();
    done(null, bytes.length);
  });
  createLogger(settings, sink).error({ err: error }, 'a defect');
  return { text, line: JSON.parse(text) };
}

test('an error is logged with its type and where it came from, without what it may quote', async () => {
  const body = '{"prompt": "my secret words", }';
  let error: unknown;
  try {
    JSON.parse(body);
  } catch (caught) {
    error = caught;
  }
  const { text, line } = await logged(error);
  assert.equal(line.err.type, 'SyntaxError');
  assert.match(line.err.stack.at(0), /^at JSON\.parse/);
  assert.doesNotMatch(text, /secret/);
});

test('a message of several lines leaves none of them behind', async () => {
  const { text } = await logged(new TypeError('a secret\n    at secret (secret.ts:1)\n  secret'));
  assert.doesNotMatch(text, /secret/);
});

test('what is thrown and no error is logged by its type alone', async () => {
  const { text, line } = await logged('a secret');
  assert.deepEqual(line.err, { type: 'string' });
  assert.doesNotMatch(text, /secret/);
});

test('a broken assertion is logged in its own words', async () => {
  const { line } = await logged(new AssertionFailure('every worker has a lane'));
  assert.equal(line.err.message, 'every worker has a lane');
});
