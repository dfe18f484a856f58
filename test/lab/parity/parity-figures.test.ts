import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatReply } from '../../../lab/parity/chat-stream.ts';
import {
  disagreements,
  liveFigures,
  type ParityFigures,
  sendLatenessMs,
} from '../../../lab/parity/parity-figures.ts';

const REPLY: ChatReply = {
  ttftUs: 1000,
  gapsUs: [],
  e2eUs: 1000,
  text: '',
  promptTokens: 20,
  cachedTokens: 0,
  completionTokens: 1,
  worker: 'worker-0',
};

test('live figures count as a replay counts: partial blocks, every gap, shares of what ended', () => {
  const run = {
    replies: [
      { ...REPLY, ttftUs: 100_000, gapsUs: [10_000, 10_000, 50_000], e2eUs: 170_000 },
      { ...REPLY, ttftUs: 200_000, promptTokens: 33, cachedTokens: 32, worker: 'worker-2' },
      { ...REPLY, ttftUs: 300_000, cachedTokens: 16, worker: 'worker-2' },
    ],
    failures: ['status 429'],
    latenessUs: [0, 0, 0, 500],
    seconds: 1,
  };
  const figures = liveFigures(run, 3, 16);
  assert.deepEqual([figures.finished, figures.unfinished], [3, 1]);
  assert.ok(Math.abs((figures.ttftMs.p50 ?? 0) - 200) < 0.3);
  assert.ok(Math.abs((figures.itlMs.p50 ?? 0) - 10) < 0.02);
  assert.ok(Math.abs((figures.itlMs.p90 ?? 0) - 50) < 0.06);
  assert.equal(figures.blockHitRate, 3 / 7);
  assert.deepEqual(figures.workerShares, [1 / 3, 0, 2 / 3]);
  assert.deepEqual(sendLatenessMs(run), { p50: 0, p90: 0.5, p99: 0.5 });
});

test('a run without answers has no figures', () => {
  const figures = liveFigures({ replies: [], failures: ['x'], latenessUs: [], seconds: 1 }, 2, 16);
  assert.deepEqual(figures.ttftMs, { p50: null, p90: null, p99: null });
  assert.equal(figures.blockHitRate, null);
  assert.deepEqual(figures.workerShares, [0, 0]);
});

test('runs agree within 3 % or 1 ms of the median TTFT, half a point of hit rate, and all answers', () => {
  const figures = (ttft: number, hitRate: number, finished = 10): ParityFigures => ({
    finished,
    unfinished: 0,
    ttftMs: { p50: ttft, p90: 0, p99: 0 },
    itlMs: { p50: 0, p90: 0, p99: 0 },
    e2eMs: { p50: 0, p90: 0, p99: 0 },
    blockHitRate: hitRate,
    workerShares: [1],
  });
  const base = figures(100, 0.5);
  const cases: [ParityFigures, RegExp | undefined][] = [
    [figures(102.9, 0.5049), undefined],
    [figures(97.1, 0.4951), undefined],
    [figures(103.1, 0.5), /median TTFT/],
    [figures(96.9, 0.5), /median TTFT/],
    [figures(100, 0.506), /block hit rate/],
    [figures(100, 0.494), /block hit rate/],
    [figures(100, 0.5, 9), /^9 of 9 requests were answered live, 10 in the replay$/],
    [{ ...base, unfinished: 1 }, /^10 of 11 requests/],
  ];
  for (const [live, reason] of cases) {
    const found = disagreements(live, base);
    if (reason === undefined) assert.deepEqual(found, []);
    else assert.match(found.join(), reason);
  }
  assert.deepEqual(disagreements(figures(10.9, 0.5), figures(10, 0.5)), []);
  assert.equal(disagreements(figures(11.1, 0.5), figures(10, 0.5)).length, 1);
});
