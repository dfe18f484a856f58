import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { showProgress } from '../../../lab/experiment/progress-bar.ts';

const { stderr } = process;
const isTerminal = stderr.isTTY;

function pretend(isTTY: boolean): () => string {
  stderr.isTTY = isTTY;
  const written: string[] = [];
  mock.method(stderr, 'write', (text: string) => written.push(text) > 0);
  mock.timers.enable({ apis: ['setInterval'] });
  return () => written.join('');
}

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
  stderr.isTTY = isTerminal;
});

test('where the error output is no terminal nothing is shown and nothing asked', () => {
  const written = pretend(false);
  const end = showProgress(100, () => assert.fail('asked'));
  mock.timers.tick(1000);
  end();
  assert.equal(written(), '');
});

test('the bar shows what is done each time, and asks no more once it has ended', () => {
  const written = pretend(true);
  let done = 0;
  let asked = 0;
  const end = showProgress(2000, () => {
    asked++;
    return done;
  });
  assert.match(written(), / 0 % \| 0\/2,000 requests/);
  done = 1500;
  mock.timers.tick(100);
  end();
  assert.match(written(), / 75 % \| 1,500\/2,000 requests/);
  const askedBefore = asked;
  mock.timers.tick(1000);
  assert.equal(asked, askedBefore);
});
