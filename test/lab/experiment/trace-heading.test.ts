import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLabTrace } from '../../../lab/experiment/lab-trace.ts';
import { writeHeading } from '../../../lab/experiment/trace-heading.ts';

async function headingOf(workload: string, set: Record<string, number>, rates: number[]) {
  const trace = await loadLabTrace(
    { workload, set, traceBlockSize: 512, limit: Number.POSITIVE_INFINITY },
    { openText: assert.fail, writeError: assert.fail },
  );
  let text = '';
  const writeOut = (line: string): void => {
    text += line;
  };
  const arrivals = rates.map((value) => ({ unit: 'speed-up', value }) as const);
  const slo = { ttftUs: Infinity, itlUs: Infinity, e2eUs: Infinity, percentiles: [] };
  const warmup = { amount: 0, isPercent: false };
  writeHeading({ columns: 1000, writeOut }, trace, { seeds: [1], slo, warmup }, arrivals);
  return text;
}

test('says the rate of the requests by their own clock, and what a speed-up makes of it', async () => {
  const set = { requests: 101, qps: 10, cv: 0, inputTokens: 300, inputCv: 0, outputTokens: 20 };
  assert.equal(
    await headingOf('lengths', { ...set, outputCv: 0 }, [1, 2, 0.5]),
    'lengths: 101 requests in 10 s by their own clock: 10.0 requests/s, ' +
      '3,000 prompt and 200 output tokens/s; 20.0 requests/s at 2x, 5.00 at 0.5x.\n',
  );
});

test('says where there is no such rate', async () => {
  assert.match(
    await headingOf('lengths', { requests: 50, qps: 0 }, [1]),
    /^lengths: 50 requests, all at once, of [\d,]+ prompt and [\d,]+ output tokens\.\n$/,
  );
  assert.match(
    await headingOf('multi-turn', { requests: 50 }, [1]),
    /^multi-turn: 50 requests whose turns wait for answers, begun at 4\.00 requests\/s, /,
  );
});

test('says when it has looked at the first requests only', async () => {
  const set = { requests: 1e6, qps: 10, cv: 0, inputTokens: 300, inputCv: 0, outputTokens: 20 };
  assert.match(
    await headingOf('lengths', { ...set, outputCv: 0 }, [2]),
    /^lengths: 1,000,000 requests .* 200 output tokens\/s \(taken from the first 200,000\); 20\.0 /,
  );
});

test('one request is one request', async () => {
  assert.match(await headingOf('lengths', { requests: 1 }, []), /^lengths: 1 request, all at once/);
});
