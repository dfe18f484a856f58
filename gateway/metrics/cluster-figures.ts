import type { WorkerPool } from '../../engine/host/worker-pool.ts';
import type { SmartRouter } from '../../engine/router/smart-router.ts';
import type { TrafficRecorder } from '../traffic-recorder.ts';
import type { Distribution } from './distribution.ts';

/** What there is to say of a policy of the user's own. */
interface OwnPolicyFigures {
  /** Requests for which it gave no worker. */
  readonly failures: number;
  readonly decisionUs: Distribution;
}

/** What there is to say of limits on what each key may use. */
interface RateLimitFigures {
  /** Requests that were over a limit. */
  refused(limit: 'requests' | 'tokens'): number;
  /** Times that nobody knew what a key may still use. */
  readonly failures: number;
}

/** What there is to say of addresses that misbehave. */
interface AbuseFigures {
  /** Bans so far. */
  readonly bans: number;
  /** Addresses of which something is known. */
  readonly size: number;
}

/** What the views read from the rest of the server at the moment when somebody asks. */
export interface ClusterFigures {
  /** Name of the routing policy. */
  readonly policy: string;
  /** A policy of the user's own, if that is the policy. */
  readonly ownPolicy: OwnPolicyFigures | undefined;
  readonly router: Pick<SmartRouter, 'totals' | 'decisionsFor'>;
  readonly pool: Pick<WorkerPool, 'isUp' | 'restarts'>;
  /** Lines of the log that could not be written. */
  readonly linesDropped: () => number;
  /** Requests of the recording, where there is one. */
  readonly recorder: Pick<TrafficRecorder, 'counts'> | undefined;
  /** Where keys are limited. */
  readonly rateLimits: RateLimitFigures | undefined;
  /** Requests that scripted answers have answered. */
  readonly fixtureHits: () => number;
  /** Where addresses are banned. */
  readonly abuse: AbuseFigures | undefined;
}
