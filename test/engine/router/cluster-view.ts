import { LoadLedger } from '../../../engine/router/load-ledger.ts';
import { PrefixIndex } from '../../../engine/router/prefix-index.ts';
import type { ClusterView, RouteRequest } from '../../../engine/router/routing-policy.ts';
import { emptyLoad } from '../../../shared/protocol.ts';
import { timeUs } from '../../../shared/units.ts';

/**
 * What a policy test sets; each list is in worker order, and zeros stand for what it leaves out.
 */
interface ViewOptions {
  readonly workers: number;
  readonly blockSize?: number;
  readonly blocksPerWorker?: number;
  readonly atUs?: number;
  readonly ineligible?: readonly number[];
  readonly overlapBlocks?: readonly number[];
  readonly cost?: readonly number[];
  /** A row of `COST_TERMS` for each worker. */
  readonly terms?: readonly number[];
  readonly activeRequests?: readonly number[];
  readonly decodeBlocks?: readonly number[];
  readonly waiting?: readonly number[];
  readonly prefillTokensPending?: readonly number[];
  readonly cachedBlocks?: readonly number[];
  /** Of the worker's report, besides those in use. */
  readonly heldBlocks?: readonly number[];
}

/** A view as the router would show it to a policy. */
export function clusterView(options: ViewOptions): ClusterView {
  const { workers } = options;
  const { blockSize = 16, blocksPerWorker = 1000, atUs = 0 } = options;
  const ledger = new LoadLedger(workers, blockSize);
  const index = new PrefixIndex(workers, 1000);
  const eligible = new Uint8Array(workers).fill(1);
  for (const worker of options.ineligible ?? []) eligible[worker] = 0;
  for (let worker = 0; worker < workers; worker++) {
    const active = options.activeRequests?.[worker] ?? 0;
    for (let n = 0; n < active; n++) ledger.book(worker, 0);
    const activeBlocks = options.decodeBlocks?.[worker] ?? 0;
    const waiting = options.waiting?.[worker] ?? 0;
    const prefillTokensPending = options.prefillTokensPending?.[worker] ?? 0;
    ledger.report(worker, {
      ...emptyLoad(),
      waiting,
      activeBlocks,
      prefillTokensPending,
      cachedBlocks: options.heldBlocks?.[worker] ?? 0,
      submitsSeen: active,
    });
    const cached = options.cachedBlocks?.[worker] ?? 0;
    for (let n = 0; n < cached; n++) index.store(n, worker, worker);
  }
  return {
    workers,
    blockSize,
    blocksPerWorker,
    atUs: timeUs(atUs),
    eligible,
    eligibleCount: workers - (options.ineligible?.length ?? 0),
    overlapBlocks: Int32Array.from({ length: workers }, (_, w) => options.overlapBlocks?.[w] ?? 0),
    cost: Float64Array.from({ length: workers }, (_, w) =>
      eligible[w] === 1 ? (options.cost?.[w] ?? 0) : Number.NaN,
    ),
    terms: Float32Array.from(options.terms ?? []),
    ledger,
    index,
  };
}

/** A request with `promptBlocks` full blocks, whose hashes start with `hashes`. */
export function routeRequest(options: Partial<RouteRequest> = {}): RouteRequest {
  const promptBlocks = options.promptBlocks ?? 0;
  return {
    hashes: new Uint32Array(2 * promptBlocks),
    promptBlocks,
    promptTokens: 16 * promptBlocks + 1,
    sessionKey: 0,
    pinned: undefined,
    ...options,
  };
}

/** How often each worker is chosen in `draws` calls. */
export function tally(workers: number, draws: number, choose: (n: number) => number): number[] {
  const counts = Array.from({ length: workers }, () => 0);
  for (let n = 0; n < draws; n++) {
    const worker = choose(n);
    counts[worker] = counts[worker]! + 1;
  }
  return counts;
}
