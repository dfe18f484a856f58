import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ReplayResult } from '../../../lab/measure/replay-result.ts';
import { replay } from '../../../lab/simulate/replay.ts';
import type { ReplayConfig, TraceSpec } from '../../../lab/simulate/replay-config.ts';
import { readTrace } from '../../../lab/traces/trace-reader.ts';
import type { WorkloadSpec } from '../../../lab/workloads/workloads.ts';
import { runLab } from '../../cli/commands/lab-rig.ts';

/** What a document has of one replay: JSON has null for what is infinite, and nothing for none. */
interface RecordedCell {
  readonly config: Omit<ReplayConfig, 'trace' | 'remoteFetch'> & {
    readonly trace: { readonly kind: string; readonly sha256: string; readonly spec: WorkloadSpec };
    readonly remoteFetch?: ReplayConfig['remoteFetch'];
    readonly policyParameters: object;
  };
  readonly result: ReplayResult;
}

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fakeai-recorded-'));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs the replay of a document again, with the requests that it names. */
function again({ config, result }: RecordedCell, trace: TraceSpec): void {
  const { window, serviceLevel, remoteFetch, policyParameters: _constants, ...rest } = config;
  const finite = (value: number | null): number => value ?? Number.POSITIVE_INFINITY;
  const same = replay({
    ...rest,
    trace,
    window: { ...window, limit: finite(window.limit) },
    serviceLevel: {
      ttftUs: finite(serviceLevel.ttftUs),
      itlUs: finite(serviceLevel.itlUs),
      e2eUs: finite(serviceLevel.e2eUs),
    },
    remoteFetch,
  });
  assert.equal(JSON.stringify(same.result), JSON.stringify(result));
}

function documentOf(files: ReadonlyMap<string, string>, name: string) {
  const text = [...files].find(([path]) => path.endsWith(name))?.[1];
  assert.ok(text !== undefined, `${name} is written`);
  return JSON.parse(text);
}

test('the results of generated requests say all that gives them again, byte for byte', async () => {
  const { files, error } = await runLab(
    'replay --workload shared-prefix:llm-d --set requests=120 --policies smart,cache-aware,session ' +
      '--rate 3 --seeds 1,2 --warmup 20 --workers 3 --kv-blocks 900 --block-size 64 --staleness 5 ' +
      '--remote-fetch 20 --slo ttft=1s --threads 1',
  );
  assert.equal(error, '');
  const { cells } = documentOf(files, 'results.json') as { cells: RecordedCell[] };
  assert.equal(cells.length, 6);
  for (const cell of cells) {
    const { kind, spec, sha256 } = cell.config.trace;
    assert.equal(kind, 'workload');
    assert.equal(sha256, createHash('sha256').update(JSON.stringify(spec)).digest('hex'));
    assert.equal(spec.parameters.requests, 120);
    again(cell, { kind: 'workload', spec });
  }
});

test('the results of a file name its bytes, and with them all that gives them again', async () => {
  const path = join(folder, 'trace.jsonl');
  const lines = Array.from({ length: 60 }, (_, n) =>
    JSON.stringify({
      timestamp: 90 * n,
      input_length: 700,
      output_length: 9,
      hash_ids: [n % 5, n],
    }),
  );
  await writeFile(path, `${lines.join('\n')}\nnonsense\n`);
  const { files, error } = await runLab(
    `replay --trace ${path} --skip-bad --policies smart,prefix-hash --qps 20 --limit 50 --threads 1`,
  );
  assert.equal(error, '');
  const { cells, common, program } = documentOf(files, 'results.json');
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  assert.equal(common.trace.sha256, sha256);
  assert.match(program.version, /^\d+\.\d+\.\d+/);
  const table = await readTrace([bytes.toString()], { skipBad: true });
  for (const cell of cells as RecordedCell[]) {
    assert.equal(cell.config.trace.sha256, sha256);
    again(cell, { kind: 'table', table });
  }
  assert.deepEqual(cells[1].config.policyParameters, {
    prefixTokens: 256,
    loadFactor: 1.25,
    pointsPerWorker: 160,
  });
  const page = [...files].find(([name]) => name.endsWith('report.html'))?.[1] ?? '';
  for (const text of [sha256, 'latency.dynamo-mocker.prefillMs', 'policyParameters.prefix-hash']) {
    assert.ok(page.includes(text), `the page has ${text}`);
  }
});

test('a capacity has the configuration of the replay that it is of', async () => {
  const { files } = await runLab(
    'capacity --workload lengths --set requests=60 --policies random --workers 2 --precision 30 ' +
      '--threads 1',
  );
  const { capacities, program } = documentOf(files, 'capacity.json');
  assert.equal(typeof program.version, 'string');
  const [cell] = capacities[0].replays as RecordedCell[];
  assert.ok(cell !== undefined);
  again(cell, { kind: 'workload', spec: cell.config.trace.spec });
});

test('weights have the configuration of the replay that they were chosen in', async () => {
  const { files } = await runLab(
    'tune --workload lengths --set requests=40 --workers 2 --kv-overlap-weight 1 ' +
      '--load-balance-weight 1 --router-temperature 0 --seeds 1 --threads 1',
  );
  const { common, chosen, program } = documentOf(files, 'tune.json');
  assert.equal(typeof program.version, 'string');
  assert.equal(common.chosenConfig.router.overlapWeight, chosen.kvOverlapWeight);
  assert.match(common.chosenConfig.trace.sha256, /^[0-9a-f]{64}$/);
});
