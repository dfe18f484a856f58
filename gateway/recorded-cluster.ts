import {
  Cluster,
  type ClusterRequest,
  type Placement,
  type RequestListener,
  type Transport,
} from '../engine/cluster/cluster.ts';
import type { SmartRouter } from '../engine/router/smart-router.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';

/** A cluster whose requests are written down, also those that no worker can take. */
export class RecordedCluster extends Cluster {
  readonly #recorder: TrafficRecorder;

  constructor(
    router: SmartRouter,
    transport: Transport,
    workers: number,
    blockSize: number,
    recorder: TrafficRecorder,
  ) {
    super(router, transport, workers, blockSize);
    this.#recorder = recorder;
  }

  override submit(request: ClusterRequest, listener: RequestListener): Placement | undefined {
    this.#recorder.add(request);
    return super.submit(request, listener);
  }
}
