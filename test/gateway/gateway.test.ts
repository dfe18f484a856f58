import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { CHAT_BODY } from '../../gateway/api/openai/chat-body.ts';
import { HttpApp } from '../../gateway/http/http-app.ts';
import { pieces } from '../../gateway/text/corpus.ts';
import { startServer } from '../support/server.ts';

test('the ids of the corpus are made, and bodies read, before a server listens', async () => {
  const { parse } = CHAT_BODY;
  const { listen } = HttpApp.prototype;
  const { from } = Uint32Array;
  const calls: string[] = [];
  mock.method(Uint32Array, 'from', (list: readonly string[], idOf: (piece: string) => number) => {
    if (list === pieces) calls.push('ids');
    return from.call(Uint32Array, list, idOf as never);
  });
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
  assert.deepEqual(calls, ['ids', 'parse', 'parse', 'parse', 'listen']);
});
