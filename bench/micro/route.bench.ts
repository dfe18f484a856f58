import type { RouteRequest } from '../../engine/router/routing-policy.ts';
import { SmartRouter } from '../../engine/router/smart-router.ts';
import { assert } from '../../shared/assert.ts';
import { HASH_WORDS } from '../../shared/block-hash.ts';
import { requestId, type WorkerId, workerId } from '../../shared/ids.ts';
import { latencyProfile } from '../../shared/latency-profiles.ts';
import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import { EventBatch, REMOVED_BIT } from '../../shared/protocol.ts';
import { Rng } from '../../shared/rng.ts';
import { timeUs } from '../../shared/units.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const BLOCK_SIZE = 16;
const PROMPT_BLOCKS = 256;
/** How much of the prompts is cached, in turn. */
const CACHED_SHARES = [0, 0.4, 0.95] as const;
const PROMPT_TOKENS = PROMPT_BLOCKS * BLOCK_SIZE + 7;
/** Workers among which the policies other than `smart` choose. */
const WORKERS_OF_OTHERS = 64;
/** Requests between their booking and their first token, per worker. */
const PREFILLS_PER_WORKER = 2;
/**
 * What a prefill has stored is evicted after this many later ones, so that the cache stays full.
 */
const STORED_PROMPTS = 256;

/**
 * Routing decisions at a million cached blocks, for prompts of 256 blocks that differ from call to
 * call and of which 0, 40 or 95 % is cached. Whatever a decision books is settled as in service:
 * the prefill's blocks come back as KV events, others are evicted for them, the worker reports its
 * load, the request ends. Policies that keep books of their own do so within their decisions.
 */
export async function suite(mode: BenchMode): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const prompts = mode === 'full' ? 4096 : 64;
  for (const workers of [8, 64]) {
    const name = `${workers} workers, ${prompts * PROMPT_BLOCKS} blocks`;
    const decisions = new RouteBench('smart', workers, prompts);
    rows.push(...(await measure(mode, [decisions.decisionTask(`route, ${name}`)])));
    decisions.check();
    const lives = new RouteBench('smart', workers, prompts);
    rows.push(...(await measure(mode, [lives.lifeTask(`route, KV events, end, ${name}`)])));
    lives.check();
  }
  for (const policy of POLICY_NAMES.filter((name) => name !== 'smart')) {
    const decisions = new RouteBench(policy, WORKERS_OF_OTHERS, prompts);
    const name = `route by ${policy}, ${WORKERS_OF_OTHERS} workers`;
    rows.push(...(await measure(mode, [decisions.decisionTask(name)])));
    decisions.check();
  }
  return rows;
}

interface Prefill {
  readonly worker: WorkerId;
  readonly request: RouteRequest;
  readonly storedFrom: number;
}

class RouteBench {
  readonly #router: SmartRouter;
  readonly #rng = new Rng(11);
  readonly #workers: number;
  readonly #cached: Uint32Array[];
  readonly #prefills: Prefill[] = [];
  readonly #stored: Prefill[] = [];
  readonly #batch = new EventBatch(workerId(0));
  readonly #submitsSeen: number[];
  #routed = 0;
  #hashes: Uint32Array = new Uint32Array(0);

  constructor(policy: PolicyName, workers: number, prompts: number) {
    this.#workers = workers;
    this.#submitsSeen = Array.from({ length: workers }, () => 0);
    this.#router = new SmartRouter({
      policy,
      overlapWeight: 1,
      loadBalanceWeight: 0.5,
      temperature: 0,
      blockSize: BLOCK_SIZE,
      workers,
      blocksPerWorker: Math.ceil((prompts * PROMPT_BLOCKS) / workers),
      latency: latencyProfile('dynamo-mocker')!,
      maxNumSeqs: 256,
      maxNumBatchedTokens: 8192,
      kvEnabled: true,
      indexCapBlocks: 4 * prompts * PROMPT_BLOCKS,
      decisionLogCapacity: 1000,
      seed: 1,
    });
    this.#cached = Array.from({ length: prompts }, () => this.#freshPrompt());
    for (const [n, hashes] of this.#cached.entries()) {
      this.#router.index.applyEvents(hashes, n % workers);
    }
    while (this.#prefills.length < PREFILLS_PER_WORKER * workers) {
      this.#nextPrompt();
      this.#route();
    }
  }

  /** One operation is one decision with its bookings. */
  decisionTask(name: string): BenchTask {
    return {
      name,
      operations: 1,
      beforeEach: () => {
        if (this.#prefills.length > PREFILLS_PER_WORKER * this.#workers) this.#settleOldest();
        this.#nextPrompt();
      },
      run: () => this.#route(),
    };
  }

  /** One operation is all that the router does for one request. */
  lifeTask(name: string): BenchTask {
    return {
      name,
      operations: 1,
      beforeEach: () => this.#nextPrompt(),
      run: () => {
        this.#route();
        this.#settleOldest();
      },
    };
  }

  /** After a drain nothing is left of the bookings. */
  check(): void {
    while (this.#prefills.length > 0) this.#settleOldest();
    assert(this.#router.index.bookedBits === 0, 'every booking was settled');
    for (let worker = 0; worker < this.#workers; worker++) {
      assert(this.#router.ledger.activeRequests(worker) === 0, 'every request has ended');
      assert(this.#router.ledger.decodeBlocks(worker) === 0, 'no block is in use');
    }
  }

  #route(): void {
    const request: RouteRequest = {
      hashes: this.#hashes,
      promptBlocks: PROMPT_BLOCKS,
      promptTokens: PROMPT_TOKENS,
      sessionKey: 0,
      pinned: undefined,
    };
    const tag = { requestId: requestId(++this.#routed), atUs: timeUs(this.#routed) };
    const worker = this.#router.route(request, tag);
    assert(worker !== undefined, 'every worker is eligible');
    const storedFrom = this.#router.lastBookedFrom;
    this.#prefills.push({ worker, request, storedFrom });
  }

  #settleOldest(): void {
    const prefill = this.#prefills.shift();
    if (prefill === undefined) return;
    this.#stored.push(prefill);
    const batch = this.#batch;
    batch.clear();
    batch.worker = prefill.worker;
    const { hashes } = prefill.request;
    const end = PROMPT_BLOCKS * HASH_WORDS;
    for (let at = prefill.storedFrom * HASH_WORDS; at < end; at += HASH_WORDS) {
      batch.kv.push2(hashes[at]!, hashes[at + 1]!);
    }
    const seen = this.#submitsSeen[prefill.worker]! + 1;
    this.#submitsSeen[prefill.worker] = seen;
    batch.load.submitsSeen = seen;
    this.#router.applyBatch(batch);
    if (this.#stored.length > STORED_PROMPTS) this.#evictOldest();
    this.#router.finished(prefill.worker, prefill.request);
  }

  #evictOldest(): void {
    const stored = this.#stored.shift();
    if (stored === undefined) return;
    const batch = this.#batch;
    batch.clear();
    batch.worker = stored.worker;
    batch.load.submitsSeen = this.#submitsSeen[stored.worker]!;
    const { hashes } = stored.request;
    for (let block = PROMPT_BLOCKS - 1; block >= stored.storedFrom; block--) {
      const at = block * HASH_WORDS;
      batch.kv.push2(hashes[at]!, hashes[at + 1]! | REMOVED_BIT);
    }
    this.#router.applyBatch(batch);
  }

  #nextPrompt(): void {
    const hashes = this.#freshPrompt();
    const share = CACHED_SHARES[this.#routed % CACHED_SHARES.length]!;
    const cached = this.#cached[this.#rng.below(this.#cached.length)]!;
    hashes.set(cached.subarray(0, Math.floor(share * PROMPT_BLOCKS) * HASH_WORDS));
    this.#hashes = hashes;
  }

  #freshPrompt(): Uint32Array {
    const hashes = new Uint32Array(PROMPT_BLOCKS * HASH_WORDS);
    for (let at = 0; at < hashes.length; at += HASH_WORDS) {
      hashes[at] = this.#rng.u32();
      hashes[at + 1] = this.#rng.below(REMOVED_BIT);
    }
    return hashes;
  }
}
