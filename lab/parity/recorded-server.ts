import type { RouterConfig } from '../../engine/router/smart-router.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import type { SchedulerKind, WorkerConfig } from '../../shared/protocol.ts';

/** A server under way that records what it places, and of what its cluster is made. */
export interface RecordedServer {
  /** Where it speaks the OpenAI API: `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  readonly router: RouterConfig;
  readonly worker: WorkerConfig;
  /** That of the settings. */
  readonly seed: number;
  /** Ends it; resolves to the text of its recording, in pieces. */
  readonly stop: () => Promise<readonly string[]>;
}

export type StartServer = (engine: SchedulerKind, policy: PolicyName) => Promise<RecordedServer>;
