import { HASH_WORDS } from '../../../shared/block-hash.ts';
import { combineSeeds } from '../../../shared/rng.ts';
import { inWords, PolicyError, thrownBy } from '../policy-error.ts';
import type {
  ModuleChooser,
  PolicyCluster,
  PolicyModule,
  PolicyRequest,
  PolicyWorker,
} from '../policy-module.ts';
import type { ClusterView, RouteRequest, RoutingPolicy } from '../routing-policy.ts';

/** Measures how long decisions take. */
export interface DecisionTimer {
  /** Need not be whole microseconds. */
  nowUs(): number;
  /** A worker was chosen. */
  decided(us: number): void;
}

/**
 * A policy of the user's own. It is shown copies of what the router knows, and its choice is
 * checked: what it does wrong is a `PolicyError`, and costs the request that it was asked about.
 */
export class ModulePolicy implements RoutingPolicy {
  readonly #file: string;
  readonly #timer: DecisionTimer | undefined;
  readonly #blockSize: number;
  readonly #chooser: ModuleChooser;
  readonly #request = new RequestView();
  readonly #workers: readonly WorkerView[];
  /** Requests for which it gave no worker. */
  failures = 0;

  /**
   * Messages name the `file`. `timer` is there where somebody has a clock. Throws `PolicyError` if
   * `create` throws, or gives no chooser.
   */
  constructor(file: string, module: PolicyModule, cluster: PolicyCluster, timer?: DecisionTimer) {
    this.#file = file;
    this.#timer = timer;
    const { workers, blockSize, seed } = cluster;
    this.#blockSize = blockSize;
    this.#chooser = this.#create(module, { workers, blockSize, seed });
    // Frozen, so that a policy that sorts it gets an error, and not other workers the next time.
    this.#workers = Object.freeze(Array.from({ length: workers }, (_, id) => new WorkerView(id)));
  }

  choose(request: RouteRequest, view: ClusterView): number {
    const timer = this.#timer;
    if (timer === undefined) return this.#choose(request, view);
    const startUs = timer.nowUs();
    const chosen = this.#choose(request, view);
    timer.decided(timer.nowUs() - startUs);
    return chosen;
  }

  #choose(request: RouteRequest, view: ClusterView): number {
    this.#show(request, view);
    let chosen: unknown;
    try {
      chosen = this.#chooser.choose(this.#request, this.#workers);
    } catch (error) {
      this.failures++;
      throw thrownBy(this.#file, 'choose', error);
    }
    if (isWorker(chosen, view.workers) && view.eligible[chosen] === 1) return chosen;
    this.failures++;
    throw new PolicyError(`${this.#file}: ${wrongChoice(chosen, view.workers)}`);
  }

  #create(module: PolicyModule, cluster: PolicyCluster): ModuleChooser {
    let chooser: unknown;
    try {
      chooser = module.create(cluster);
    } catch (error) {
      throw thrownBy(this.#file, 'create', error);
    }
    if (isChooser(chooser)) return chooser;
    const expected = 'expected an object with a function choose(request, workers)';
    throw new PolicyError(`${this.#file}: create returned ${inWords(chooser)}; ${expected}`);
  }

  #show(request: RouteRequest, view: ClusterView): void {
    const { ledger, eligible, overlapBlocks, blocksPerWorker } = view;
    this.#request.show(request, view.atUs);
    for (const worker of this.#workers) {
      const { id } = worker;
      worker.eligible = eligible[id] === 1;
      worker.cachedTokens = overlapBlocks[id]! * this.#blockSize;
      worker.activeRequests = ledger.activeRequests(id);
      worker.prefillTokensPending = ledger.prefillTokensPending(id);
      worker.blocksInUse = ledger.decodeBlocks(id);
      worker.blocksTotal = blocksPerWorker;
    }
  }
}

class RequestView implements PolicyRequest {
  atUs = 0;
  promptTokens = 0;
  promptBlocks = 0;
  sessionKey: number | undefined = undefined;
  #hashes: Uint32Array = new Uint32Array(0);

  show({ promptTokens, promptBlocks, sessionKey, hashes }: RouteRequest, atUs: number): void {
    this.atUs = atUs;
    this.promptTokens = promptTokens;
    this.promptBlocks = promptBlocks;
    this.sessionKey = sessionKey;
    this.#hashes = hashes;
  }

  prefixKey(blocks: number): number {
    const isThere = Number.isInteger(blocks) && blocks >= 1 && blocks <= this.promptBlocks;
    if (!isThere) {
      throw new RangeError(`prefixKey of ${blocks} blocks, where there are ${this.promptBlocks}`);
    }
    const at = (blocks - 1) * HASH_WORDS;
    return combineSeeds(this.#hashes[at]!, this.#hashes[at + 1]!);
  }
}

class WorkerView implements PolicyWorker {
  readonly id: number;
  eligible = false;
  cachedTokens = 0;
  activeRequests = 0;
  prefillTokensPending = 0;
  blocksInUse = 0;
  blocksTotal = 0;

  constructor(id: number) {
    this.id = id;
  }
}

function isChooser(value: unknown): value is ModuleChooser {
  return (
    typeof value === 'object' &&
    value !== null &&
    'choose' in value &&
    typeof value.choose === 'function'
  );
}

function isWorker(value: unknown, workers: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < workers;
}

function wrongChoice(chosen: unknown, workers: number): string {
  if (isWorker(chosen, workers)) {
    return `choose returned ${chosen}, a worker that is not eligible now`;
  }
  const ids = workers === 1 ? '0' : `0 to ${workers - 1}`;
  return `choose returned ${inWords(chosen)}; expected the id of an eligible worker, ${ids}`;
}
