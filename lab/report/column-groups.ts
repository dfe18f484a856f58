import type { Distribution, ReplayResult } from '../measure/replay-result.ts';
import { type ColumnGroup, column, latencyColumns } from './figure-column.ts';
import { countText, numberText, percentText, ratioText } from './figure-text.ts';
import { loadSpread } from './load-spread.ts';

/** What the balance of work is measured by; `docs/lab.md` has the same words. */
export const WORK_MEANING =
  'the tokens that each worker computed over the whole replay, those of answers and those of ' +
  'prompts that were not cached';

export const TTFT = latencyGroup(
  'TTFT',
  'Time to first token: from the arrival of a request to its first output token.',
  ({ ttftMs }) => ttftMs,
);

export const SECOND_TOKEN = latencyGroup(
  'Second token',
  'Time from the first token of an answer to its second.',
  ({ secondTokenMs }) => secondTokenMs,
);

export const ITL = latencyGroup(
  'ITL',
  'Inter-token latency: every gap between two tokens of one answer.',
  ({ itlMs }) => itlMs,
);

export const TPOT = latencyGroup(
  'TPOT',
  'Time per output token: the mean gap of each answer that has at least two tokens.',
  ({ tpotMs }) => tpotMs,
);

export const END_TO_END = latencyGroup(
  'End to end',
  'Time from the arrival of a request to its last token.',
  ({ e2eMs }) => e2eMs,
);

export const QUEUE = latencyGroup(
  'Queue',
  'Time from the arrival of a request until its worker admits it.',
  ({ queueMs }) => queueMs,
);

export const WAITING: ColumnGroup = {
  heading: 'Waiting',
  meaning:
    'Requests that wait for admission by a worker: the mean over workers and time, from the first ' +
    'arrival to the last end, and the most on one worker at one time. Together they are the rate at ' +
    'which requests wait times how long they do (Little’s law), which every replay is held to.',
  columns: [
    column('per worker', ({ queue }) => queue.meanPerWorker, numberText, 'low'),
    column('most', ({ queue }) => queue.mostOnAWorker, countText, 'low'),
  ],
};

export const REGRET = latencyGroup(
  'Regret',
  'What the choice of the worker cost against the best one in hindsight: its time to first token ' +
    'over the least of any worker, both estimated as the wait until the requests placed there ' +
    'before had theirs, plus the prefill of what the worker did not have cached.',
  ({ regretMs }) => regretMs,
);

export const TOKENS: ColumnGroup = {
  heading: 'Tokens',
  meaning:
    'Tokens per second, from the first arrival to the last end: those of finished answers, and ' +
    'these together with the prompts’.',
  columns: [
    column('output/s', (result) => result.outputTokensPerSecond, numberText, 'high'),
    column('total/s', (result) => result.totalTokensPerSecond, numberText, 'high'),
  ],
};

export const GOODPUT: ColumnGroup = {
  heading: 'Goodput',
  meaning:
    'Requests that kept the service level: per second, from the first arrival to the last end, ' +
    'and as a share of all that came in. A rejected request did not keep it.',
  columns: [
    column('req/s', (result) => result.goodPerSecond, numberText, 'high'),
    column('share', (result) => result.goodShare, percentText, 'high'),
  ],
};

export const REQUESTS: ColumnGroup = {
  heading: 'Requests',
  meaning:
    'Those that came in all finished, were rejected, or failed with their worker. When a turn of ' +
    'a session is rejected the session is given up: its later turns are not sent, never came in, ' +
    'and are in no other figure. Arrivals per second are those measured, from the first to the ' +
    'last: below the nominal rate where turns wait for answers.',
  columns: [
    column('in', ({ requests }) => requests.in, countText),
    column('finished', ({ requests }) => requests.finished, countText),
    column('rejected', ({ requests }) => requests.rejected, countText, 'low'),
    column('failed', ({ requests }) => requests.failed, countText, 'low'),
    column('not sent', ({ requests }) => requests.notSent, countText, 'low'),
    column('arrivals/s', (result) => result.arrivalsPerSecond, numberText),
  ],
};

export const HIT_RATE: ColumnGroup = {
  heading: 'Hit rate',
  meaning:
    'Share of the prompts’ tokens, and of their blocks, that the worker had cached. The bound of ' +
    'each is that of one infinite cache that gets the same requests and knows each once it has ' +
    'arrived. Policies differ in it when not the same requests came to them.',
  columns: [
    column('tokens', ({ cache }) => cache.tokenHitRate, percentText, 'high'),
    { heading: 'bound', figure: ({ bound }) => bound?.tokenHitRate ?? null, text: percentText },
    column('blocks', ({ cache }) => cache.blockHitRate, percentText, 'high'),
    {
      heading: 'block bound',
      figure: ({ bound }) => bound?.blockHitRate ?? null,
      text: percentText,
    },
  ],
};

export const KV_BLOCKS: ColumnGroup = {
  heading: 'KV blocks',
  meaning:
    'Blocks evicted to make room; blocks fetched from the cache of another worker; and how many ' +
    'workers hold a block that at least one holds, mean over the arrivals. Forgotten are blocks of ' +
    'prompts that a policy which keeps count of them itself, cache-aware, had no more room for.',
  columns: [
    column('evicted', ({ cache }) => cache.evictedBlocks, countText),
    column('fetched', ({ cache }) => cache.fetchedBlocks, countText),
    column('copies', ({ cache }) => cache.copiesPerBlock, ratioText),
    column('forgotten', ({ cache }) => cache.forgottenBlocks, countText),
  ],
};

export const PREEMPTED: ColumnGroup = {
  heading: 'Preempted',
  meaning: 'Times that a running request lost its blocks to others and had to be redone.',
  columns: [column('times', (result) => result.preemptions, countText, 'low')],
};

export const IMBALANCE: ColumnGroup = {
  heading: 'Imbalance',
  meaning:
    'Spread over the workers. Load CV: at each time, the coefficient of variation of the requests ' +
    `on each worker. Work CV, max/mean and Jain’s index are of work, ${WORK_MEANING}: its ` +
    'coefficient of variation, the most over the mean, and 1 / (1 + CV²). Even is a CV of 0, and 1 ' +
    'of the other two.',
  columns: [
    column('load CV', ({ series }) => loadSpread(series), ratioText, 'low'),
    column('work CV', ({ imbalance }) => imbalance.cv, ratioText, 'low'),
    column('max/mean', ({ imbalance }) => imbalance.maxOverMean, ratioText, 'low'),
    column('Jain', ({ imbalance }) => imbalance.jain, ratioText, 'high'),
  ],
};

function latencyGroup(
  heading: string,
  meaning: string,
  of: (latencies: ReplayResult['latencies']) => Distribution,
): ColumnGroup {
  return {
    heading,
    meaning,
    columns: latencyColumns(of, ['mean', 'p50', 'p90', 'p95', 'p99']),
  };
}
