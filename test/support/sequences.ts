import { HASH_WORDS, hashBlocks, hashRoot } from '../../shared/block-hash.ts';
import { NO_REQUEST, requestId, workerId } from '../../shared/ids.ts';
import type { LatencyConfig } from '../../shared/latency-config.ts';
import {
  type CancelCommand,
  OUTCOME,
  type SequenceSpec,
  SPEC_DEFAULTS,
  type SubmitCommand,
  type WorkerConfig,
} from '../../shared/protocol.ts';
import { timeUs } from '../../shared/units.ts';

/** A run of tokens that belong together: runs of one name begin with the same tokens. */
export type TokenRun = readonly [name: number, tokens: number];

/** Hashes of the full blocks of these runs in a row. */
export function hashesOf(blockSize: number, ...runs: readonly TokenRun[]): Uint32Array {
  const tokens = runs.flatMap(([name, length]) =>
    Array.from({ length }, (_, index) => name * 1_000_003 + index),
  );
  const hashes = new Uint32Array(Math.floor(tokens.length / blockSize) * HASH_WORDS);
  hashBlocks(Uint32Array.from(tokens), tokens.length, blockSize, hashRoot(0), hashes);
  return hashes;
}

/** A constant latency without variance. `ttftFixedShare` is what a cached prefix cannot save. */
export function constantLatency(
  ttftUs: number,
  itlUs: number,
  ttftFixedShare = 0,
): Extract<LatencyConfig, { kind: 'constant' }> {
  return {
    kind: 'constant',
    ttftUs,
    ttftVariancePercent: 0,
    itlUs,
    itlVariancePercent: 0,
    ttftFixedShare,
  };
}

/** A small worker, with what a test changes of it. */
export function workerConfigWith(changes: Partial<WorkerConfig> = {}): WorkerConfig {
  return {
    scheduler: 'paced',
    latency: constantLatency(1000, 100),
    prefixCaching: true,
    blockSize: 4,
    numBlocks: 64,
    maxNumSeqs: 8,
    maxNumBatchedTokens: 32,
    maxWaiting: 16,
    ...changes,
  };
}

/** What a test changes of a submit, its own columns and those of its request alike. */
type SubmitChanges = Partial<
  Pick<SubmitCommand, 'worker' | 'expectedCachedTokens' | 'hashes'> & SequenceSpec
> & {
  readonly arrivedUs?: number;
  readonly siblingOf?: number;
};

/** A sequence of 8 prompt and 4 answer tokens that nothing else shares, and what a test changes. */
export function submitWith(request: number, changes: SubmitChanges = {}): SubmitCommand {
  const { arrivedUs = 0, siblingOf = NO_REQUEST, hashes, ...others } = changes;
  const { worker = workerId(0), expectedCachedTokens = 0, ...asked } = others;
  const spec = { ...SPEC_DEFAULTS, promptTokens: 8, outputTokens: 4, seed: request, ...asked };
  return {
    kind: 'submit',
    worker,
    request: requestId(request),
    arrivedUs: timeUs(arrivedUs),
    expectedCachedTokens,
    siblingOf: requestId(siblingOf),
    spec,
    hashes: hashes ?? hashesOf(4, [request, spec.promptTokens + spec.outputTokens]),
  };
}

/** A cancel of a sequence that `submitWith` has submitted. */
export function cancelWith(
  request: number,
  changes: Partial<Pick<CancelCommand, 'worker' | 'outcome'>> = {},
): CancelCommand {
  return {
    kind: 'cancel',
    worker: workerId(0),
    request: requestId(request),
    outcome: OUTCOME.cancelled,
    ...changes,
  };
}
