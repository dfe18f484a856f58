import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runLab } from './lab-rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'fakeai-replay-'));
after(() => rmSync(folder, { recursive: true }));

const MOONCAKE = [0, 1, 2, 3, 4, 5]
  .map((n) => ({
    timestamp: n * 500,
    input_length: 1000,
    output_length: 20,
    hash_ids: [0, n % 2],
  }))
  .map((row) => `${JSON.stringify(row)}\n`)
  .join('');

function traceFile(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('fakeai replay', () => {
  test('prints a line for each policy and writes results that do not depend on threads', async () => {
    const line =
      'replay --workload multi-turn --set requests=60 --policies smart,random --warmup 0 --out x';
    const one = await runLab(`${line} --threads 1`);
    assert.equal(one.error, '');
    assert.equal(one.code, 0);
    assert.match(one.out, /^multi-turn: 60 requests whose turns wait for answers, begun at 4\.00 /);
    assert.match(one.out, /^smart +60 /m);
    assert.match(one.out, /^random +60 /m);
    const two = await runLab(`${line} --threads 2`);
    const [first, second] = [one, two].map(({ files }) => {
      const { timing, ...rest } = JSON.parse(files.get('x/results.json') ?? '');
      assert.equal(timing.length, 2);
      return rest;
    });
    assert.match(first.hash, /^[0-9a-f]{16}$/);
    assert.deepEqual(second, first);
    assert.deepEqual(first.cells[0].result.requests, {
      in: 60,
      finished: 60,
      rejected: 0,
      failed: 0,
      notSent: 0,
    });
    assert.ok(one.files.get('x/report.html')?.includes('<html'));
  });

  test('sweeps lists as a grid, weights for smart only', async () => {
    const { code, out, files } = await runLab(
      'replay --workload lengths --set requests=10 --policies smart,session --workers 1,2 ' +
        '--kv-overlap-weight 0.5,1 --seeds 1-2 --out x',
    );
    assert.equal(code, 0);
    const { cells } = JSON.parse(files.get('x/results.json') ?? '');
    assert.equal(cells.length, 2 * 2 * (2 + 1));
    assert.match(out, /^policy +workers +overlap w\. +done/m);
    assert.equal(out.match(/^smart /gm)?.length, 4);
    assert.equal(out.match(/^session /gm)?.length, 2);
  });

  test('reads a trace, gzip or not, in the blocks that it names', async () => {
    const options = '--policies smart --workers 1 --warmup 0 --out x';
    const plain = await runLab(`replay --trace ${traceFile('a.jsonl', MOONCAKE)} ${options}`);
    const zipped = traceFile('a.jsonl.gz', gzipSync(MOONCAKE));
    const gzip = await runLab(`replay --trace ${zipped} ${options}`);
    const [first, second] = [plain, gzip].map(({ code, files }) => {
      assert.equal(code, 0);
      return JSON.parse(files.get('x/results.json') ?? '').cells[0];
    });
    assert.equal(first.settings.blockSize, 512);
    assert.equal(first.result.requests.finished, 6);
    assert.deepEqual(second.result, first.result);
  });

  test('reads a gzip trace that was cut short up to its last whole line, with a warning', async () => {
    const lines = Array.from({ length: 2000 }, (_, n) =>
      JSON.stringify({
        timestamp: n,
        input_length: 1000,
        output_length: 2,
        hash_ids: [n, (n * 7919) % 104_729],
      }),
    );
    const whole = gzipSync(`${lines.join('\n')}\n`);
    const path = traceFile('cut.jsonl.gz', whole.subarray(0, whole.length / 2));
    const { code, error, files } = await runLab(
      `replay --trace ${path} --policies smart --workers 1 --warmup 0 --out x`,
    );
    assert.equal(code, 0);
    const [, count = ''] =
      /^fakeai: warning: .*cut\.jsonl\.gz ends too early; read up to its last whole line, ([\d,]+) requests\n$/.exec(
        error,
      ) ?? [];
    const requests = Number(count.replace(',', ''));
    assert.ok(requests > 500 && requests < 1500, `${requests} requests`);
    const { cells } = JSON.parse(files.get('x/results.json') ?? '');
    assert.equal(cells[0].result.requests.finished, requests);
  });
});

describe('with --records fakeai replay', () => {
  test('writes a record of every request on demand', async () => {
    const { files } = await runLab(
      'replay --workload lengths --set requests=5 --policies smart --records --out x',
    );
    const lines = files.get('x/requests.csv')?.trimEnd().split('\n') ?? [];
    assert.equal(lines.length, 1 + 5);
    assert.match(lines[0] ?? '', /^cell,policy,workers,rate,seed,request,warmup,.*,outcome$/);
    assert.match(lines[1] ?? '', /^0,smart,8,1x,1,0,0,\d+,0,0,\d,.*,finished$/);
  });

  test('tells the records of several replays apart, and those of the warm-up', async () => {
    const { files } = await runLab(
      'replay --workload multi-turn --set requests=40 --warmup 10 --policies smart,random ' +
        '--seeds 1-2 --records --out x',
    );
    const [head = '', ...rows] = files.get('x/requests.csv')?.trimEnd().split('\n') ?? [];
    const names = head.split(',');
    const column = (row: string, name: string) => row.split(',')[names.indexOf(name)];
    const { cells } = JSON.parse(files.get('x/results.json') ?? '');
    assert.equal(rows.length, 4 * 40);
    for (const [at, row] of rows.entries()) {
      const { settings } = cells[Number(column(row, 'cell'))];
      assert.equal(column(row, 'policy'), settings.policy);
      assert.equal(column(row, 'seed'), String(settings.seed));
      assert.equal(column(row, 'request'), String(at % 40));
      assert.equal(column(row, 'warmup'), at % 40 < 10 ? '1' : '0');
    }
  });
});

describe('requests whose times are rounded', () => {
  const path = traceFile(
    'rounded.jsonl',
    Array.from({ length: 240 }, (_, n) => ({
      timestamp: Math.floor(n / 12) * 3000,
      input_length: 4000,
      output_length: 20,
      hash_ids: [0, 1, 2, 3, 4, 5, 6, 100 + n],
    }))
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );
  const line = `replay --trace ${path} --policies smart --workers 1 --out x`;

  test('are pointed out, and wait for each other less once they are spread', async () => {
    const rounded = await runLab(line);
    assert.match(rounded.out, / Times are multiples of some 3\.00 s, 12\.0 requests at a time; /);
    const spread = await runLab(`${line} --spread`);
    assert.match(spread.out, / multiples of some 3\.00 s; --spread spreads the requests of /);
    const [before, after] = [rounded, spread].map(({ files }) => {
      const { common, cells } = JSON.parse(files.get('x/results.json') ?? '');
      return { common, ttftMs: cells[0].result.latencies.ttftMs.p90 };
    });
    assert.equal(before?.common.trace.spreadSeconds, undefined);
    assert.equal(after?.common.trace.spreadSeconds, 3);
    assert.ok(after?.ttftMs < before?.ttftMs / 2, `${after?.ttftMs} ms of ${before?.ttftMs} ms`);
  });

  test('can be spread where a generator makes them, and nowhere else', async () => {
    const generated = await runLab('replay --set requests=50 --policies smart --spread --out x');
    const { common } = JSON.parse(generated.files.get('x/results.json') ?? '');
    assert.equal(common.trace.parameters.batchSeconds, 0);
    const { code, error } = await runLab('replay --workload lengths --spread');
    assert.equal(code, 2);
    assert.match(error, /^fakeai: --spread: requests of lengths do not arrive together at regular/);
  });
});

describe('the table of fakeai replay', () => {
  const line = 'replay --workload shared-prefix --set requests=400 --policies smart --out x';

  test('has percentiles and, from windows of the requests, how sure they are', async () => {
    const { out } = await runLab(line);
    assert.match(
      out,
      /^policy +done +TTFT p50 +TTFT p90 +TTFT p99 +ITL p50 +ITL p90 +ITL p99 +good %/m,
    );
    assert.match(
      out,
      /^smart +360 +[\d.]+±[\d.]+ +[\d.]+±[\d.]+ +[\d.]+(±[\d.]+)? +[\d.]+ +[\d.]+ /m,
    );
    assert.match(out, /^±: half of the 95 % interval/m);
  });

  test('says which bounds over all do not hold, and of good requests only where some are', async () => {
    const { out } = await runLab(`${line} --slo ttft_p90=60s,itl_p50=1us,e2e_p99=1us`);
    assert.match(out, / bounds broken +tok\/s/);
    assert.match(out, / itl_p50 e2e_p99 /);
    assert.doesNotMatch(out, /good/);
    const kept = await runLab(`${line} --slo ttft_p90=60s,ttft=2s`);
    assert.match(kept.out, / good % .*\n.* kept /);
  });
});

describe('under its table fakeai replay', () => {
  test('says that a warm-up took all requests that came, and fails', async () => {
    const { code, out } = await runLab(
      'replay --workload multi-turn --set requests=60 --set qps=100 --warmup 55 --workers 1 ' +
        '--max-num-seqs 1 --max-waiting 0 --policies smart --out x',
    );
    assert.equal(code, 1);
    assert.match(out, /^Nothing was measured in 1 of 1 replays: only \d+ requests came/m);
  });

  test('says at which rate requests came where it is not the one asked for', async () => {
    const line = 'replay --policies smart --qps 25 --out x';
    const turns = await runLab(`${line} --workload multi-turn --set requests=100`);
    assert.match(
      turns.out.replaceAll('\n', ' '),
      / Requests came at 0\.\d+ a second where 25\.0 were asked for: the turns of a session come /,
    );
    assert.match(turns.out.replaceAll('\n', ' '), /, for example --set requests=1000\. /);
    const even = await runLab(`${line} --workload lengths --set requests=100 --set cv=0`);
    assert.doesNotMatch(even.out, /Requests came/);
  });

  test('marks the speed of the first replay of a thread, in the table and in the file', async () => {
    const { out, files } = await runLab(
      'replay --workload lengths --set requests=10 --policies smart,random --threads 1 --out x',
    );
    assert.match(out, /^smart .* \*[\d.]+$/m);
    assert.match(out, /^random .* [\d.]+$/m);
    assert.match(out, /^\* The first replay of its thread/m);
    const { timing } = JSON.parse(files.get('x/results.json') ?? '');
    assert.deepEqual(
      timing.map(({ isFirstOfThread }: { isFirstOfThread: boolean }) => isFirstOfThread),
      [true, false],
    );
  });

  test('compares hits with the bound of the requests that count', async () => {
    const { out, files } = await runLab(
      'replay --workload multi-turn --set requests=400 --warmup 350 --out x',
    );
    assert.doesNotMatch(out, /of max is -/);
    const { cells } = JSON.parse(files.get('x/results.json') ?? '');
    for (const { result, bound } of cells) {
      assert.ok(result.cache.tokenHitRate <= bound.tokenHitRate);
    }
  });
});

describe('fakeai replay refuses', () => {
  const REFUSED: readonly (readonly [string, string, RegExp])[] = [
    ['an unknown policy', '--policies smrat', /no policy "smrat"; did you mean smart\?/],
    ['an unknown profile', '--profile 8b-h10', /no profile "8b-h10"; did you mean 8b-h100\?/],
    ['an unknown workload', '--workload chat', /^fakeai: no workload chat; there are conversation/],
    ['an unknown parameter', '--set turnz=3', /^fakeai: no parameter turnz; this workload has/],
    [
      'a missing file',
      '--trace no/such',
      /^fakeai: cannot read no\/such: there is no such file\n$/,
    ],
    ['a folder', `--trace ${folder}`, /^fakeai: cannot read .*: it is a folder\n$/],
    ['a bound without unit', '--slo ttft=2', /ttft=2 is no bound; expected for example ttft=2s/],
    ['no block', '--block-size 0', /0: expected an integer from 1 to 65536/],
    ['two rates', '--rate 2 --qps 3', /'--rate <list>' cannot be used with option '--qps <list>'/],
    [
      'a bound twice',
      '--slo ttft=200ms,ttft=3s',
      /ttft is bounded twice; expected each bound once/,
    ],
    [
      'a parameter for a trace',
      '--trace a.jsonl --set requests=5',
      /'--set <name=value>' cannot be used with option '--trace <file>'/,
    ],
    [
      'a warm-up that leaves nothing',
      '--workload lengths --set requests=60 --warmup 60',
      /^fakeai: --warmup 60 leaves nothing of 60 requests to measure; expected less than 60, or more requests \(--set requests=N\)\n$/,
    ],
    [
      'a warm-up up to the limit',
      '--limit 9 --warmup 10',
      /leaves nothing of 9 requests to measure; expected less than 9, or a higher --limit/,
    ],
    [
      'results in a file',
      `--out ${traceFile('file', '')}/sub`,
      /^fakeai: cannot write to .*\/file\/sub: part of the path is a file\n$/,
    ],
    ['an unknown flag', '--polices smart', /unknown option '--polices'.*\n?.*--policies/],
  ];
  for (const [what, flags, message] of REFUSED) {
    test(what, async () => {
      const { code, error, files } = await runLab(`replay ${flags}`);
      assert.equal(code, 2);
      assert.match(error, message);
      assert.equal(files.size, 0);
    });
  }

  test('a rate of requests that all arrive at once', async () => {
    const path = traceFile('once.jsonl', MOONCAKE.slice(0, MOONCAKE.indexOf('\n') + 1));
    for (const line of [`replay --qps 2 --trace ${path}`, `capacity --trace ${path}`]) {
      const { code, error } = await runLab(line);
      assert.equal(code, 2);
      const reason = 'arrive at once, so there is no rate to change';
      assert.equal(error, `fakeai: all requests of ${path} ${reason}\n`);
    }
  });

  test('a bad line, with its number and the reason', async () => {
    const path = traceFile('bad.jsonl', `${MOONCAKE}{"timestamp":1}\n`);
    const { code, error } = await runLab(`replay --trace ${path}`);
    assert.equal(code, 2);
    assert.equal(
      error,
      `fakeai: ${path}, line 7: input_length is missing; expected an integer from 1 to 536870912\n`,
    );
  });
});

describe("fakeai replay with a policy of the user's own", () => {
  const line = 'replay --workload lengths --set requests=20 --policies round-robin --seeds 1-2';
  const file = traceFile(
    'in-turn.ts',
    `export default {
      create: ({ workers }: { workers: number }) => {
        let asked = 0;
        return { choose: (): number => asked++ % workers };
      },
    };`,
  );
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');

  test('compares it with the others, and says what it was and what a decision took', async () => {
    const { code, out, error, files } = await runLab(`${line} --policy-module ${file} --out x`);
    assert.deepEqual([code, error], [0, '']);
    assert.match(out, /^in-turn +18 /m);
    assert.match(
      out,
      /^A decision of in-turn took \d.* µs in the mean, and up to \d.* µs at p99\.$/m,
    );
    const { common, cells, timing } = JSON.parse(files.get('x/results.json') ?? '');
    assert.deepEqual(common.policyModule, { name: 'in-turn', file: 'in-turn.ts', sha256 });
    assert.deepEqual(
      cells.map((cell: { settings: object; config: object }) => [
        Reflect.get(cell.settings, 'policy'),
        Reflect.get(Reflect.get(cell.config, 'router'), 'policy'),
        Reflect.get(cell.config, 'policyModule'),
      ]),
      [
        ['round-robin', 'round-robin', undefined],
        ['round-robin', 'round-robin', undefined],
        ['in-turn', 'in-turn', { file: 'in-turn.ts', sha256 }],
        ['in-turn', 'in-turn', { file: 'in-turn.ts', sha256 }],
      ],
    );
    assert.deepEqual(cells[2].result, cells[0].result);
    assert.deepEqual(
      timing.map(({ decisionTime }: { decisionTime?: object }) => decisionTime !== undefined),
      [false, false, true, true],
    );
    assert.match(files.get('x/report.html') ?? '', /--policy-module in-turn\.ts/);
  });

  test('ends in one line where it is refused, or fails', async () => {
    const missing = await runLab(`${line} --policy-module ${folder}/no.ts --out x`);
    assert.deepEqual(
      [missing.code, missing.error],
      [2, `fakeai: --policy-module ${folder}/no.ts: there is no such file\n`],
    );
    const failing = traceFile(
      'failing.mjs',
      `let asked = 0;
      export default {
        create: () => ({ choose: () => (asked++ < 4 ? 0 : 'worker-0') }),
      };`,
    );
    const { code, out, error } = await runLab(
      `${line} --policy-module ${failing} --threads 1 --out x`,
    );
    assert.equal(code, 1);
    assert.match(out, /^round-robin +18 /m, 'what has ended is printed');
    assert.match(
      error,
      /^fakeai: stopped after 2 of 4 replays\nfakeai: request 4, at \d+\.\d{3} s: failing\.mjs: choose returned "worker-0"; expected the id of an eligible worker, 0 to 7\n$/,
    );
  });
});
