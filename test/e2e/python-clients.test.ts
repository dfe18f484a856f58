import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { STUCK } from '../support/open-stream.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * The Python HTTP clients that load generators are built on, where they are installed. Each must
 * see the first token of a stream whose second one never comes, and the end of a stream that has
 * one.
 */

const PYTHONS = ['/usr/bin/python3', 'python3'];
const DEADLINE_S = 30;

const COMMON = `
import json, sys
url = sys.argv[1] + '/chat/completions'
def body(tokens, stream):
    return {'model': 'm', 'messages': [{'role': 'user', 'content': 'hello'}],
            'max_tokens': tokens, 'ignore_eos': True, 'stream': stream}
def has_text(line):
    if not line.startswith('data: {'):
        return False
    choices = json.loads(line[6:])['choices']
    return bool(choices and choices[0]['delta'].get('content'))
`;

const SCRIPTS = {
  requests: `
import requests
first = requests.post(url, json=body(9, True), stream=True, timeout=${DEADLINE_S})
assert any(has_text(line.decode()) for line in first.iter_lines(chunk_size=None))
first.close()
whole = requests.post(url, json=body(1, True), stream=True, timeout=${DEADLINE_S})
lines = [line for line in whole.iter_lines(chunk_size=None) if line]
assert lines[-1] == b'data: [DONE]', lines
assert requests.post(url, json=body(1, False)).json()['usage']['completion_tokens'] == 1
`,
  httpx: `
import httpx
with httpx.stream('POST', url, json=body(9, True), timeout=${DEADLINE_S}) as first:
    assert any(has_text(line.strip()) for line in first.iter_lines())
with httpx.stream('POST', url, json=body(1, True), timeout=${DEADLINE_S}) as whole:
    lines = [line.strip() for line in whole.iter_lines() if line.strip()]
assert lines[-1] == 'data: [DONE]', lines
assert httpx.post(url, json=body(1, False)).json()['usage']['completion_tokens'] == 1
`,
  aiohttp: `
import aiohttp, asyncio
async def main():
    limit = aiohttp.ClientTimeout(total=${DEADLINE_S})
    async with aiohttp.ClientSession(timeout=limit) as session:
        async with session.post(url, json=body(9, True)) as first:
            text = ''
            async for data in first.content.iter_any():
                text += data.decode()
                if any(has_text(line) for line in text.split('\\n')[:-1]):
                    break
            else:
                raise AssertionError(text)
        async with session.post(url, json=body(1, True)) as whole:
            assert (await whole.text()).endswith('data: [DONE]\\n\\n')
        async with session.post(url, json=body(1, False)) as answer:
            assert (await answer.json())['usage']['completion_tokens'] == 1
asyncio.run(main())
`,
} as const;

function pythonWith(module: string): string | undefined {
  return PYTHONS.find((python) => spawnSync(python, ['-c', `import ${module}`]).status === 0);
}

describe('the Python client', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(STUCK);
  });
  after(() => server.stop());

  for (const [module, script] of Object.entries(SCRIPTS)) {
    const python = pythonWith(module);
    const skip = python === undefined ? `no python3 here has ${module}` : false;
    it(`${module} sees tokens in time and streams to their end`, { skip }, async () => {
      const argv = ['-c', COMMON + script, server.baseURL];
      const { stderr } = await promisify(execFile)(python ?? assert.fail(), argv);
      assert.equal(stderr, '');
    });
  }
});
