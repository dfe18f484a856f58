import assert from 'node:assert/strict';
import { RECORD_FIELDS } from '../../lab/measure/request-records.ts';
import { readTrace } from '../../lab/traces/trace-reader.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import { recordsOf } from './cluster.ts';
import { BLOCK_TOKENS, llmdRun, PAUSE_SECONDS, STAGES, WARMUP_REQUESTS } from './llm-d-run.ts';

const WORKERS = 8;

/** What the publication leaves open; by default as docs/validation.md reads it. */
export interface LlmdSetting {
  readonly policy: PolicyName;
  readonly seed?: number;
  readonly answerTokens?: number;
  /** Of a step that decodes, besides its prefill. */
  readonly itlMs?: number;
  readonly maxNumBatchedTokens?: number;
}

/**
 * Of one stage, or of all: then `tokensPerSecond` is the mean over the stages, as published, and
 * the rest is over all requests. Time is that from a stage's first arrival to its last end, in
 * seconds, as are times to first token.
 */
export interface StageFigures {
  readonly tokensPerSecond: number;
  readonly ttftMean: number;
  readonly ttftP90: number;
  /** Requests that wait at a worker, mean over workers and time. */
  readonly waiting: number;
  readonly hitRate: number;
  /** Mean gap between the tokens of an answer, in milliseconds. */
  readonly itlMs: number;
}

interface Sums {
  firstUs: number;
  lastUs: number;
  readonly ttftUs: number[];
  queueUs: number;
  cachedTokens: number;
  promptTokens: number;
  outputTokens: number;
  itlUs: number;
}

export interface RunFigures {
  readonly all: StageFigures;
  readonly stages: readonly StageFigures[];
}

/** Replays the run of `llmdRun` on eight pods of 307,280 tokens that compute 20,480 a second. */
export async function llmdFigures(setting: LlmdSetting): Promise<RunFigures> {
  const { policy, seed = 1, answerTokens = 430, itlMs = 50, maxNumBatchedTokens } = setting;
  const table = await readTrace(llmdRun(seed, answerTokens), { mooncakeBlockTokens: BLOCK_TOKENS });
  const records = recordsOf({
    trace: { kind: 'table', table },
    policy,
    workers: WORKERS,
    blockSize: BLOCK_TOKENS,
    kvTokens: 307_280,
    pace: { prefillUsPerToken: 48.8, itlMs },
    warmupRequests: WARMUP_REQUESTS,
    maxNumBatchedTokens,
  });
  const width = RECORD_FIELDS.length;
  const column = (row: number, field: (typeof RECORD_FIELDS)[number]): number =>
    records[row * width + RECORD_FIELDS.indexOf(field)]!;

  let row = WARMUP_REQUESTS;
  const stages = STAGES.map(({ perSecond, seconds }) => {
    const sums = emptySums();
    for (const end = row + perSecond * seconds; row < end; row++) {
      const arrivalUs = column(row, 'arrival_us');
      const e2eUs = column(row, 'e2e_us');
      assert.ok(e2eUs >= 0, 'the request has finished');
      sums.firstUs = Math.min(sums.firstUs, arrivalUs);
      sums.lastUs = Math.max(sums.lastUs, arrivalUs + e2eUs);
      sums.ttftUs.push(column(row, 'ttft_us'));
      sums.queueUs += column(row, 'queue_us');
      sums.cachedTokens += column(row, 'cached_tokens');
      sums.promptTokens += column(row, 'prompt_tokens');
      sums.outputTokens += column(row, 'output_tokens');
      sums.itlUs += column(row, 'itl_mean_us');
    }
    assert.ok(sums.lastUs - sums.firstUs < (seconds + PAUSE_SECONDS) * 1e6, 'a stage ends alone');
    return sums;
  });
  assert.equal(row * width, records.length, 'every request is in a stage');
  return { all: figuresOf(stages), stages: stages.map((stage) => figuresOf([stage])) };
}

function emptySums(): Sums {
  return {
    firstUs: Number.POSITIVE_INFINITY,
    lastUs: 0,
    ttftUs: [],
    queueUs: 0,
    cachedTokens: 0,
    promptTokens: 0,
    outputTokens: 0,
    itlUs: 0,
  };
}

function figuresOf(stages: readonly Sums[]): StageFigures {
  const total = (amount: (sums: Sums) => number): number =>
    stages.reduce((sum, stage) => sum + amount(stage), 0);
  const seconds = total(({ firstUs, lastUs }) => lastUs - firstUs) / 1e6;
  const ttftUs = stages.flatMap((stage) => stage.ttftUs).sort((a, b) => a - b);
  return {
    tokensPerSecond:
      total((sums) => (sums.outputTokens / (sums.lastUs - sums.firstUs)) * 1e6) / stages.length,
    ttftMean: ttftUs.reduce((sum, us) => sum + us, 0) / ttftUs.length / 1e6,
    ttftP90: ttftUs[Math.floor(0.9 * ttftUs.length)]! / 1e6,
    waiting: total((sums) => sums.queueUs) / 1e6 / seconds / WORKERS,
    hitRate: total((sums) => sums.cachedTokens) / total((sums) => sums.promptTokens),
    itlMs: total((sums) => sums.itlUs) / ttftUs.length / 1000,
  };
}
