import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { STUCK } from '../support/open-stream.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * The Python HTTP clients that load generators are built on, of `requirements.txt`, where python3
 * has them. Each must see the first token of a stream whose second one never comes, and the end of
 * a stream that has one.
 */

const DEADLINE_S = 30;

const COMMON = `
import json, sys
base = sys.argv[1]
url = base + '/chat/completions'
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
  openai: `
import openai
client = openai.OpenAI(base_url=base, api_key='none', timeout=${DEADLINE_S}, max_retries=0)
def ask(tokens, stream):
    return client.chat.completions.create(
        model='m', messages=[{'role': 'user', 'content': 'hello'}], max_tokens=tokens,
        stream=stream, extra_body={'ignore_eos': True})
with ask(9, True) as first:
    assert any(chunk.choices and chunk.choices[0].delta.content for chunk in first)
with ask(1, True) as whole:
    reasons = [chunk.choices[0].finish_reason for chunk in whole if chunk.choices]
assert reasons[-1] == 'length', reasons
assert ask(1, False).usage.completion_tokens == 1
`,
} as const;

/** Why `module` cannot be tested, or false. */
function lacking(module: string): string | false {
  const { status } = spawnSync('python3', ['-c', `import ${module}`]);
  return status === 0 ? false : `python3 has no ${module}: install test/e2e/requirements.txt`;
}

describe('the Python client', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer(STUCK);
  });
  after(() => server.stop());

  for (const [module, script] of Object.entries(SCRIPTS)) {
    it(`${module} sees tokens in time and streams to their end`, {
      skip: lacking(module),
    }, async () => {
      const argv = ['-c', COMMON + script, server.baseURL];
      const { stderr } = await promisify(execFile)('python3', argv);
      assert.equal(stderr, '');
    });
  }
});
