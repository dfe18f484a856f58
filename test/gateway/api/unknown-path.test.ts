import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES } from '../../../gateway/api/routes.ts';
import { unknownPath } from '../../../gateway/api/unknown-path.ts';

test('a path of OpenAI that is not served is named, with what is to be used instead', () => {
  for (const [path, instead] of [
    ['/v1/assistants', '/v1/responses'],
    ['/v1/threads/thread_1/runs', '/v1/responses'],
    ['/v1/text/generation', '/v1/completions'],
    ['/v1/images/generations', undefined],
    ['/v1/files/file-1/content', undefined],
    ['/rag/documents', undefined],
    ['/generate', '/v1/completions'],
    ['/pooling', '/v1/embeddings'],
    ['/flush_cache', undefined],
  ] as const) {
    const { status, code, message } = unknownPath('POST', path);
    assert.deepEqual([status, code], [404, 'endpoint_not_supported'], path);
    assert.ok(message.startsWith(`POST ${path} is not implemented by this simulator.`));
    assert.equal(message.includes('Use'), instead !== undefined);
    if (instead !== undefined) assert.ok(message.includes(`Use ${instead}`), message);
  }
});

test('any other is unknown', () => {
  for (const path of ['/v1/assistant', '/v1/filesystem', '/v2/chat', '/favicon.ico']) {
    assert.equal(unknownPath('GET', path).code, 'unknown_url', path);
  }
});

test('what is to be used instead is served', () => {
  const served = new Set(ROUTES.map(({ path }) => path));
  for (const path of ['/v1/engines', '/v1/edits', '/v1/usage', '/generate', '/pooling']) {
    const used = / Use (\S+?)[. ]/.exec(unknownPath('GET', path).message)?.[1];
    assert.ok(used !== undefined && served.has(used), `${path}: ${used}`);
  }
});
