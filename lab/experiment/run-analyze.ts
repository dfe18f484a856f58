import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EXIT_FAILED } from '../../shared/exit-codes.ts';
import { TraceTally } from '../analyze/trace-stats.ts';
import { openTrace } from '../simulate/replay.ts';
import { analysisDocument } from './analysis-document.ts';
import { analysisText } from './analysis-text.ts';
import { countedText } from './counted-text.ts';
import { reportingErrors } from './lab-errors.ts';
import type { AnalyzeOptions } from './lab-options.ts';
import { type Arrivals, loadLabTrace } from './lab-trace.ts';
import { showProgress } from './progress-bar.ts';
import { stoppable } from './stop-signals.ts';
import type { Terminal } from './terminal.ts';
import { sourceTexts } from './trace-heading.ts';
import { wrappedText } from './wrapped-text.ts';

/** Requests between two looks at whether the user has stopped it. */
const REQUESTS_AT_ONCE = 256;

/** Describes the requests, prints that and writes it. Resolves to the exit code. */
export function runAnalyze(terminal: Terminal, options: AnalyzeOptions): Promise<number> {
  const { rate, qps, seed, limit, out } = options;
  const isPiped = out === '-';
  return reportingErrors(terminal, options.trace, async () => {
    if (!isPiped) await terminal.makeFolder(out);
    const trace = await loadLabTrace(options, terminal);
    const arrivals: Arrivals =
      qps === undefined ? { unit: 'speed-up', value: rate } : { unit: 'qps', value: qps };
    const opened = trace.open(seed, arrivals);
    const source = openTrace(opened.trace, { rate: opened.rate, limit });
    const tally = new TraceTally(source, options.blockSize ?? [trace.blockSize]);
    const isComplete = await readAll(tally, trace.requests);
    if (tally.requests > 0) {
      const stats = tally.stats();
      const { json } = analysisDocument(options, trace, stats, isComplete);
      if (isPiped) terminal.writeOut(json);
      else {
        for (const text of sourceTexts(trace, seed, [arrivals])) {
          terminal.writeOut(wrappedText(text, terminal.columns));
        }
        terminal.writeOut(analysisText(stats, terminal));
        const path = join(out, 'analyze.json');
        await terminal.writeText(path, [json]);
        terminal.writeOut(`\n${path}\n`);
      }
    }
    if (isComplete) return 0;
    const all = countedText(trace.requests, 'request');
    terminal.writeError(`fakeai: stopped after ${tally.requests.toLocaleString('en')} of ${all}\n`);
    return EXIT_FAILED;
  });
}

/** Resolves to false if the user has stopped it before the end of the trace. */
async function readAll(tally: TraceTally, requests: number): Promise<boolean> {
  const endProgress = showProgress(requests, () => tally.requests);
  try {
    return await stoppable(new Error('stopped'), async (signal) => {
      while (tally.read(REQUESTS_AT_ONCE)) {
        await setImmediate();
        if (signal.aborted) return false;
      }
      return true;
    });
  } finally {
    endProgress();
  }
}
