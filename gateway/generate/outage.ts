import type { WorkerPool } from '../../engine/host/worker-pool.ts';
import { type ApiError, apiError, retryAfter } from '../../shared/errors.ts';
import type { WorkerId } from '../../shared/ids.ts';

/**
 * Seconds until the first of `workers` is started again, whole ones and at least 1, while none of
 * them is up. Else undefined. `nowMs` is on `performance.now()`.
 */
export function outageS(
  pool: Pick<WorkerPool, 'isUp' | 'restartAtMs'>,
  workers: readonly WorkerId[],
  nowMs: number,
): number | undefined {
  if (workers.some((worker) => pool.isUp(worker))) return undefined;
  const atMs = Math.min(...workers.map((worker) => pool.restartAtMs(worker) ?? nowMs));
  return Math.max(1, Math.ceil((atMs - nowMs) / 1000));
}

/** The error while workers are out, for `outageSeconds`, or what is in the way may be over soon. */
export function unavailable(reason: string, outageSeconds = 1): ApiError {
  const headers = retryAfter(outageSeconds);
  return apiError('service_unavailable', { reason }, { headers });
}
