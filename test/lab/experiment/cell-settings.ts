import type { CellSettings } from '../../../lab/experiment/lab-cell.ts';
import { latencyProfile } from '../../../shared/latency-profiles.ts';

/** The settings of some cell; tests vary what they are about. */
export const CELL_SETTINGS: CellSettings = {
  policy: 'smart',
  workers: 2,
  arrivals: { unit: 'qps', value: 20 },
  engine: 'batched',
  profile: { name: '8b-h100', latency: latencyProfile('8b-h100')! },
  blockSize: 64,
  kvBlocks: 1000,
  maxNumSeqs: 256,
  maxNumBatchedTokens: 8192,
  maxWaiting: 1000,
  kvOverlapWeight: 1,
  loadBalanceWeight: 0.5,
  routerTemperature: 0,
  stalenessMs: 0,
  remoteFetchGBps: 0,
  seed: 1,
};
