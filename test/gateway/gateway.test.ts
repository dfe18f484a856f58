import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { CHAT_BODY } from '../../gateway/api/openai/chat-body.ts';
import { HttpApp } from '../../gateway/http/http-app.ts';
import { startServer } from '../support/server.ts';

test('the code that reads bodies has run before a server listens', async () => {
  const { parse } = CHAT_BODY;
  const { listen } = HttpApp.prototype;
  const calls: string[] = [];
  mock.method(CHAT_BODY, 'parse', (...args: Parameters<typeof parse>) => {
    calls.push('parse');
    return parse.apply(CHAT_BODY, args);
  });
  mock.method(HttpApp.prototype, 'listen', function (this: HttpApp, ...args: [string, number]) {
    calls.push('listen');
    return listen.apply(this, args);
  });
  const server = await startServer('');
  await server.stop();
  mock.restoreAll();
  assert.deepEqual(calls, ['parse', 'parse', 'parse', 'listen']);
});
