import { readTextFile } from '../../cli/cli.ts';
import { DecisionTimes } from '../../engine/router/decision-times.ts';
import { LoadLedger } from '../../engine/router/load-ledger.ts';
import { ModulePolicy } from '../../engine/router/policies/module-policy.ts';
import { importPolicy } from '../../engine/router/policy-source.ts';
import { PrefixIndex } from '../../engine/router/prefix-index.ts';
import type { ClusterView, RouteRequest } from '../../engine/router/routing-policy.ts';
import { assert } from '../../shared/assert.ts';
import { Rng } from '../../shared/rng.ts';
import { timeUs } from '../../shared/units.ts';
import { type BenchMode, type BenchRow, measure } from './bench-result.ts';

const BLOCK_SIZE = 16;
const PROMPT_BLOCKS = 256;
const DECISIONS = 100;
const REQUEST: RouteRequest = {
  hashes: new Uint32Array(2 * PROMPT_BLOCKS),
  promptBlocks: PROMPT_BLOCKS,
  promptTokens: PROMPT_BLOCKS * BLOCK_SIZE + 7,
  sessionKey: 0,
  pinned: undefined,
};

/**
 * What a policy of the user's own takes for a decision, with all that is done for it, timed as in
 * service: the example of the docs, in JavaScript, which looks at every worker.
 */
export async function suite(mode: BenchMode): Promise<BenchRow[]> {
  const module = await importPolicy({ file: 'least-work.js', sha256: '', code: example() }, 0);
  return await measure(
    mode,
    [8, 64].map((workers) => {
      const view = loadedView(workers);
      const times = new DecisionTimes();
      const timer = {
        nowUs: () => performance.now() * 1000,
        decided: (us: number) => times.add(us),
      };
      const cluster = { workers, blockSize: BLOCK_SIZE, seed: 1 };
      const policy = new ModulePolicy('least-work.js', module, cluster, timer);
      return {
        name: `least-work, ${workers} workers`,
        operations: DECISIONS,
        run: () => {
          for (let n = 0; n < DECISIONS; n++) assert(policy.choose(REQUEST, view) >= 0, 'chosen');
        },
      };
    }),
  );
}

/** The code of docs/router.md, whose only types are on two lines. */
function example(): string {
  const docs = readTextFile('docs/router.md');
  const code = docs.kind === 'text' ? /```ts\n(.*?)```/s.exec(docs.text)?.[1] : undefined;
  assert(code !== undefined, 'docs/router.md has an example');
  return code.replace(/^import type .*$/m, '').replace(': PolicyModule', '');
}

function loadedView(workers: number): ClusterView {
  const rng = new Rng(7);
  const ledger = new LoadLedger(workers, BLOCK_SIZE);
  for (let worker = 0; worker < workers; worker++) {
    for (let n = rng.below(8); n >= 0; n--) ledger.book(worker, rng.below(4096));
  }
  return {
    workers,
    blockSize: BLOCK_SIZE,
    blocksPerWorker: 16_384,
    atUs: timeUs(0),
    eligible: new Uint8Array(workers).fill(1),
    eligibleCount: workers,
    overlapBlocks: Int32Array.from({ length: workers }, () => rng.below(PROMPT_BLOCKS)),
    cost: new Float64Array(workers),
    terms: new Float32Array(0),
    ledger,
    index: new PrefixIndex(workers, PROMPT_BLOCKS),
  };
}
