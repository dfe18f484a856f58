import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM } from '../../../lab/experiment/build-info.ts';
import { runLab } from './lab-rig.ts';

let folder = '';
let file = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-analyze-'));
  file = join(folder, 'trace.jsonl');
  const rows = [
    [0, 1024, [1, 2]],
    [1000, 1024, [1, 2]],
    [3000, 600, [1, 3]],
    [3000, 600, [4, 5]],
  ];
  const lines = rows.map(([timestamp, input_length, hash_ids]) =>
    JSON.stringify({ timestamp, input_length, output_length: 1, hash_ids }),
  );
  await writeFile(file, lines.join('\n'));
});

after(() => rm(folder, { recursive: true, force: true }));

test('a trace is described in text and in JSON', async () => {
  const { code, out, error, files } = await runLab(`analyze --trace ${file} --out x`);
  assert.equal(error, '');
  assert.equal(code, 0);
  assert.match(out, /^trace\.jsonl: 4 requests in 3 s by their own clock/);
  assert.match(out, /^prompt +812 +600 /m);
  assert.match(out, /^ +512 +8 +5 +37\.5 +47\.3 +31\.5 +50\.00 +25\.00 +60\.0 +0\.00$/m);
  assert.match(out, /90 % needs 1 \(0\.000\)/);
  const { common, stats, program, hash, isComplete } = JSON.parse(
    files.get('x/analyze.json') ?? '',
  );
  const bytes = await readFile(file);
  assert.equal(common.trace.sha256, createHash('sha256').update(bytes).digest('hex'));
  assert.deepEqual(program, PROGRAM);
  assert.match(hash, /^[0-9a-f]{16}$/);
  assert.equal(isComplete, true);
  const page = files.get('x/report.html') ?? '';
  assert.ok(page.includes(hash) && page.includes(common.trace.sha256));
  assert.match(page, /<code>fakeai analyze --trace [^<]* --rate 1 --seed 1<\/code>/);
  assert.equal(stats.requests, 4);
  assert.equal(stats.promptTokens.sum, 3248);
  assert.deepEqual(stats.blocks[0].workingSet.curve, [
    { blocks: 1, blockHitRate: 2 / 8, tokenHitRate: 1024 / 3248 },
  ]);
});

test('with - for a folder nothing but the JSON is printed, and nothing is written', async () => {
  const { code, out, files } = await runLab(
    'analyze --workload multi-turn --set requests=200 --block-size 16,64 --out -',
  );
  assert.equal(code, 0);
  assert.equal(files.size, 0);
  const { stats } = JSON.parse(out);
  assert.deepEqual(
    stats.blocks.map(({ blockSize }: { blockSize: number }) => blockSize),
    [16, 64],
  );
});

test('later turns hit what their own session left, which the table of turns shows', async () => {
  const { out } = await runLab(
    'analyze --workload multi-turn --set requests=300 --block-size 16 --out x',
  );
  assert.match(out, /sessions of [\d.]+ turns on average/);
  assert.match(out, /^ *turn +requests +prompt, mean +hit % +own session % +others %$/m);
  assert.match(out, /^ +2 +\d+ +[\d,]+ +\d\d\.\d +\d\d\.\d /m);
});

test('arrivals are those of the rate that is asked for', async () => {
  const rateOf = async (flags: string): Promise<number> => {
    const { out } = await runLab(`analyze --workload lengths --set requests=2000 ${flags} --out -`);
    return JSON.parse(out).stats.requestsPerSecond;
  };
  const own = await rateOf('--rate 1');
  assert.ok(Math.abs((await rateOf('--rate 3')) / own - 3) < 0.01);
  assert.ok(Math.abs((await rateOf('--qps 50')) / 50 - 1) < 0.01);
});

test('prompts that share nothing have no working set', async () => {
  const { code, out } = await runLab(
    'analyze --workload lengths --set requests=50 --block-size 16 --out x',
  );
  assert.equal(code, 0);
  assert.match(out, /no cache of any size hits/);
  assert.doesNotMatch(out, /NaN|undefined|Infinity/);
});

test('what cannot be analysed is refused in one line', async () => {
  const cases = [
    ['--trace /nowhere.jsonl --out x', /^fakeai: cannot read \/nowhere\.jsonl/],
    ['--workload nothing --out x', /^fakeai: .*nothing/],
    [`--trace ${file} --spread --out x`, /^fakeai: --spread/],
    ['--block-size 0', /block-size/],
    ['--rate 2 --qps 3', /cannot be used with/],
  ] as const;
  for (const [flags, message] of cases) {
    const { code, error, out } = await runLab(`analyze ${flags}`);
    assert.equal(code, 2, flags);
    assert.match(error, message);
    assert.equal(out, '');
  }
});
