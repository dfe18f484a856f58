import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { EXIT_FAILED } from '../../shared/exit-codes.ts';
import { type TraceStats, TraceTally } from '../analyze/trace-stats.ts';
import { analysisHtml } from '../report/analysis-html.ts';
import { KV_TOKENS } from '../simulate/build-config.ts';
import { openTrace } from '../simulate/replay.ts';
import { type AnalysisDocument, analysisDocument } from './analysis-document.ts';
import { analysisParts, printedPart } from './analysis-parts.ts';
import { PROGRAM } from './build-info.ts';
import { analyzeCommandLine } from './command-line.ts';
import { countedText } from './counted-text.ts';
import { reportingErrors } from './lab-errors.ts';
import type { AnalyzeOptions } from './lab-options.ts';
import { type Arrivals, type LabTrace, loadLabTrace } from './lab-trace.ts';
import { readPageScript } from './page-script.ts';
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
    const facts = sourceTexts(trace, seed, [arrivals]);
    const isComplete = await stoppable(new Error('stopped'), async (signal) => {
      if (!isPiped) write(terminal, facts);
      return await readAll(tally, trace.requests, signal);
    });
    if (tally.requests > 0) {
      const stats = tally.stats();
      const document = analysisDocument(options, trace, stats, isComplete);
      const stopped = isComplete
        ? []
        : [`It was stopped: the figures are of ${stoppedText(tally, trace)}.`];
      if (isPiped) terminal.writeOut(document.json);
      else {
        write(terminal, stopped);
        await writeAnalysis(terminal, options, trace, stats, document, [...facts, ...stopped]);
      }
    }
    if (isComplete) return 0;
    terminal.writeError(`fakeai: stopped after ${stoppedText(tally, trace)}\n`);
    return EXIT_FAILED;
  });
}

function stoppedText(tally: TraceTally, trace: LabTrace): string {
  return `${tally.requests.toLocaleString('en')} of ${countedText(trace.requests, 'request')}`;
}

function write(terminal: Terminal, texts: readonly string[]): void {
  for (const text of texts) terminal.writeOut(wrappedText(text, terminal.columns));
}

/** Prints the analysis and writes its files. */
async function writeAnalysis(
  terminal: Terminal,
  options: AnalyzeOptions,
  trace: LabTrace,
  stats: TraceStats,
  document: AnalysisDocument,
  facts: readonly string[],
): Promise<void> {
  const parts = analysisParts(stats);
  for (const part of parts) terminal.writeOut(printedPart(part, terminal));
  const page = analysisHtml(
    {
      title: trace.name,
      version: terminal.version,
      command: analyzeCommandLine(options),
      resultsHash: document.hash,
      config: { ...document.common, commit: PROGRAM.commit },
      facts,
      parts,
      stats,
      workerTokens: KV_TOKENS,
    },
    await readPageScript('analysis-page', terminal.openText),
  );
  const files = [
    ['analyze.json', document.json],
    ['report.html', page],
  ] as const;
  terminal.writeOut('\n');
  for (const [name, content] of files) {
    const path = join(options.out, name);
    await terminal.writeText(path, [content]);
    terminal.writeOut(`${path}\n`);
  }
}

/** Resolves to false if the user has stopped it before the end of the trace. */
async function readAll(tally: TraceTally, requests: number, signal: AbortSignal): Promise<boolean> {
  const endProgress = showProgress(requests, () => tally.requests);
  try {
    while (tally.read(REQUESTS_AT_ONCE)) {
      await setImmediate();
      if (signal.aborted) return false;
    }
    return true;
  } finally {
    endProgress();
  }
}
