import { Cluster, type Transport } from '../engine/cluster/cluster.ts';
import type { ListenerDefect } from '../engine/cluster/listener-guard.ts';
import type { ClusterRequest, Placement, RequestListener } from '../engine/cluster/request.ts';
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
    defect: ListenerDefect,
  ) {
    super(router, transport, workers, blockSize, defect);
    this.#recorder = recorder;
  }

  override submit(request: ClusterRequest, listener: RequestListener): Placement | undefined {
    this.#recorder.add(request);
    return super.submit(request, listener);
  }
}
