import type { LoadReport } from '../../shared/protocol.ts';

/** What the views show of a load report: its field there, its key in JSON, its family. */
interface LoadFigure {
  readonly field: keyof LoadReport;
  readonly key: string;
  readonly name: string;
  readonly help: string;
}

/** What a worker has at the moment. */
export const LOAD_LEVELS = [
  {
    field: 'running',
    key: 'running',
    name: 'fakeai_worker_running',
    help: 'Sequences that run.',
  },
  {
    field: 'waiting',
    key: 'waiting',
    name: 'fakeai_worker_waiting',
    help: 'Sequences that wait.',
  },
  {
    field: 'activeBlocks',
    key: 'active_blocks',
    name: 'fakeai_worker_active_blocks',
    help: 'KV blocks that sequences use.',
  },
  {
    field: 'cachedBlocks',
    key: 'cached_blocks',
    name: 'fakeai_worker_cached_blocks',
    help: 'KV blocks kept for later hits.',
  },
] as const satisfies readonly LoadFigure[];

/** What a worker has counted: from 0 again with its worker, where the metrics go on. */
export const LOAD_COUNTERS = [
  {
    field: 'hitBlocks',
    key: 'hit_blocks',
    name: 'fakeai_kv_hits_total',
    help: 'KV blocks found at first admission.',
  },
  {
    field: 'missedBlocks',
    key: 'missed_blocks',
    name: 'fakeai_kv_misses_total',
    help: 'KV blocks not found at first admission.',
  },
  {
    field: 'readmittedHitBlocks',
    key: 'readmitted_hit_blocks',
    name: 'fakeai_kv_readmission_hits_total',
    help: 'KV blocks found when a preempted sequence was admitted again.',
  },
  {
    field: 'readmittedMissedBlocks',
    key: 'readmitted_missed_blocks',
    name: 'fakeai_kv_readmission_misses_total',
    help: 'KV blocks not found when a preempted sequence was admitted again.',
  },
  {
    field: 'evictedBlocks',
    key: 'evicted_blocks',
    name: 'fakeai_kv_evictions_total',
    help: 'KV blocks given up for others.',
  },
  {
    field: 'preemptions',
    key: 'preemptions',
    name: 'fakeai_kv_preemptions_total',
    help: 'Sequences that lost their blocks.',
  },
] as const satisfies readonly LoadFigure[];

export type LoadLevel = (typeof LOAD_LEVELS)[number]['field'];
export type LoadCounter = (typeof LOAD_COUNTERS)[number]['field'];
