import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTextFile, runCli } from '../../../cli/cli.ts';
import { runCommand } from '../../support/command-run.ts';

function parity(line: string) {
  const words = ['parity', ...line.split(' ')];
  return runCommand((context) => runCli(words, context), { readFile: readTextFile });
}

test('each engine with each policy is run, shown and summed up', async () => {
  const { code, out, error } = await parity(
    '--workload lengths --set requests=3 --set qps=0 --set outputTokens=2 --threads 1 ' +
      '--ttft 400:0 --itl 10 --engines paced,batched --policies session',
  );
  assert.match(
    out,
    /^paced, session: 3 requests in [\d.]+ s, replayed in \d+ ms; .* late \(p99\)\n/,
  );
  assert.match(out, /^batched, session: 3 requests/m);
  assert.match(out, /^TTFT p50 +\d+ ms +\d+ ms +[-+]?[\d.]+ %$/m);
  assert.match(out, /^share of worker-3 /m);
  assert.match(out, /^batched +session .*(yes|no)\n$/m);
  // How late a busy machine is decides whether they agree, but the exit code says which it was.
  assert.equal(code, error === '' ? 0 : 1);
});

test('a line that makes no sense is left out if that is asked for, and said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fakeai-parity-'));
  const path = join(folder, 'trace.jsonl');
  await writeFile(path, '{"timestamp":0,"input_length":20,"output_length":1}\nno request\n');
  const { out } = await parity(`--trace ${path} --skip-bad --threads 1 --ttft 100:0 --itl 10`);
  await rm(folder, { recursive: true });
  assert.match(out, /^Left out of the trace: 1 line, the first for line 2: /);
  assert.match(out, /^paced, smart: 1 request in /m);
});

test('what cannot be run ends with one line and exit code 2', async () => {
  const cases: [string, RegExp][] = [
    ['--workload chats', /^fakeai: no workload chats; there are conversation/],
    ['--trace missing.jsonl', /^fakeai: cannot read missing.jsonl: there is no such file\n$/],
    ['--trace package.json', /^fakeai: package.json, line 1: /],
    ['--policies smrt', /smart/],
    ['--latency-profile auto', /^fakeai: the latency profile auto .*; name a profile\n$/],
    ['--ttft x', /^fakeai: 1 problem in the configuration/],
  ];
  for (const [line, message] of cases) {
    const { code, out, error } = await parity(line);
    assert.deepEqual([code, out], [2, ''], line);
    assert.match(error, message);
  }
});
