import type { WorkerPool } from '../../engine/host/worker-pool.ts';
import type { SmartRouter } from '../../engine/router/smart-router.ts';
import type { TrafficRecorder } from '../traffic-recorder.ts';

/** What the views read from the rest of the server at the moment when somebody asks. */
export interface ClusterFigures {
  /** Name of the routing policy. */
  readonly policy: string;
  readonly router: Pick<SmartRouter, 'totals' | 'decisionsFor'>;
  readonly pool: Pick<WorkerPool, 'isUp' | 'restarts'>;
  /** Lines of the log that could not be written. */
  readonly linesDropped: () => number;
  /** Requests of the recording, where there is one. */
  readonly recorder: Pick<TrafficRecorder, 'counts'> | undefined;
}
