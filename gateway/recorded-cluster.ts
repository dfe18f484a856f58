import { Cluster, type Transport } from '../engine/cluster/cluster.ts';
import type { ListenerDefect } from '../engine/cluster/listener-guard.ts';
import type { ClusterRequest, Placement, RequestListener } from '../engine/cluster/request.ts';
import type { SmartRouter } from '../engine/router/smart-router.ts';
import { HASH_WORDS, joinedHashes } from '../shared/block-hash.ts';
import type { RequestId } from '../shared/ids.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';

/** A request that has been placed and not been written down yet. */
interface OpenRequest {
  readonly request: ClusterRequest;
  /** Those that it came with, and those that followed. */
  readonly hashes: Uint32Array[];
}

/** A cluster whose requests are written down, also those that were not placed. */
export class RecordedCluster extends Cluster {
  readonly #recorder: TrafficRecorder;
  readonly #blockSize: number;
  readonly #open = new Map<RequestId, OpenRequest>();

  constructor(
    router: SmartRouter,
    transport: Transport,
    workers: number,
    blockSize: number,
    recorder: TrafficRecorder,
    defect: ListenerDefect,
  ) {
    super(router, transport, workers, blockSize, defect);
    this.#blockSize = blockSize;
    this.#recorder = recorder;
  }

  override submit(request: ClusterRequest, listener: RequestListener): Placement | undefined {
    this.#recorder.arrived(request.arrivedUs);
    let placement: Placement | undefined;
    try {
      placement = super.submit(request, listener);
    } finally {
      if (placement === undefined) this.#recorder.add(request);
    }
    if (placement === undefined) return undefined;
    this.#open.set(placement.request, { request, hashes: [request.hashes] });
    return placement;
  }

  override extend(request: RequestId, hashes: Uint32Array): void {
    this.#open.get(request)?.hashes.push(hashes);
    super.extend(request, hashes);
  }

  /**
   * The answer to a request is over, with so many tokens in its text; undefined if it has not come
   * to its end: then as many are written down as there were to be.
   */
  answered(id: RequestId, tokens: number | undefined): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    const { request } = open;
    // A stop sequence at the very start leaves no token, but the worker has made one to find it.
    const outputTokens = Math.max(1, tokens ?? request.outputTokens);
    const blocks = Math.floor((request.promptTokens + outputTokens) / this.#blockSize);
    const hashes = joinedHashes(open.hashes).subarray(0, blocks * HASH_WORDS);
    this.#recorder.add({ ...request, outputTokens, hashes });
  }
}
