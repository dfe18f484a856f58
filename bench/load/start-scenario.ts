import { showProgress } from './progress.ts';
import {
  latencyFlags,
  type ScenarioContext,
  type ScenarioReport,
  UNARY_BODY,
  verdict,
} from './scenario.ts';
import { spreadOf } from './statistics.ts';
import { figure } from './text-table.ts';

const STARTS = 5;
const BAR_MS = 1000;

/** From the command to the first served request. */
export async function startScenario(context: ScenarioContext): Promise<ScenarioReport> {
  const timesMs: number[] = [];
  while (timesMs.length < STARTS) {
    showProgress(`start: ${timesMs.length + 1} of ${STARTS}`);
    const startMs = performance.now();
    const server = await context.start(latencyFlags(0, 0), UNARY_BODY);
    timesMs.push(performance.now() - startMs);
    await server.stop();
  }
  const { median, min, max } = spreadOf(timesMs);
  const value = `${figure(median)} ms (${figure(min)} to ${figure(max)})`;
  return {
    title: `start: node dist/fakeai.js serve to the first served request, ${STARTS} starts`,
    text: verdict('median', value, `< ${figure(BAR_MS)} ms`, median < BAR_MS),
    figures: { timesMs },
  };
}
