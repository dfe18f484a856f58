import { EXIT_FAILED, EXIT_MISCONFIGURED } from '../../shared/exit-codes.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import type { SchedulerKind } from '../../shared/protocol.ts';
import type { Settings } from '../../shared/settings/resolve-settings.ts';
import { countedText } from '../experiment/counted-text.ts';
import { reportingErrors } from '../experiment/lab-errors.ts';
import { type LabTrace, loadLabTrace, type TraceOptions } from '../experiment/lab-trace.ts';
import type { Terminal } from '../experiment/terminal.ts';
import { digits3 } from '../experiment/text-table.ts';
import { wrappedText } from '../experiment/wrapped-text.ts';
import { disagreements, sendLatenessMs } from './parity-figures.ts';
import { runParity } from './parity-run.ts';
import { type CaseResult, caseTable, summaryTable } from './parity-table.ts';
import type { StartServer } from './recorded-server.ts';

export interface ParityOptions extends TraceOptions {
  readonly rate: number;
  readonly policies?: readonly PolicyName[];
  readonly engines?: readonly SchedulerKind[];
}

/**
 * What is run when nothing is asked for: short chats on two long system prompts, for three quarters
 * of a minute. The prompts are long against what is said, so that the hit rate depends little on
 * which worker a single session happens to get.
 */
const DEFAULT_WORKLOAD = 'multi-turn';
const DEFAULT_PARAMETERS = {
  requests: 600,
  qps: 20,
  groups: 2,
  systemTokens: 2048,
  firstTokens: 128,
  turnTokens: 64,
  inputCv: 0.5,
  outputTokens: 50,
  outputCv: 0.5,
  turns: 2,
  thinkSeconds: 2,
};

const AUTO_PROFILE =
  'the latency profile auto goes by the model, which a recording does not hold; name a profile';

/** Runs each case on a server of its own, prints what came of it; resolves to the exit code. */
export function runParityCases(
  terminal: Terminal,
  options: ParityOptions,
  settings: Settings,
  startServer: StartServer,
): Promise<number> {
  return reportingErrors(terminal, options.trace, async () => {
    if (settings.latencyProfile === 'auto') {
      terminal.writeError(`fakeai: ${AUTO_PROFILE}\n`);
      return EXIT_MISCONFIGURED;
    }
    const trace = await loadTrace(terminal, options);
    for (const note of trace.notes) terminal.writeOut(wrappedText(note, terminal.columns));
    const { trace: spec, rate } = trace.open(settings.seed, {
      unit: 'speed-up',
      value: options.rate,
    });
    const results: CaseResult[] = [];
    for (const engine of options.engines ?? [settings.engine]) {
      for (const policy of options.policies ?? [settings.routerPolicy]) {
        const { limit } = options;
        const server = await startServer(engine, policy);
        const run = await runParity(server, { trace: spec, rate, limit });
        const result = { ...run, engine, policy };
        results.push(result);
        writeCase(terminal, result);
      }
    }
    if (results.length > 1) terminal.writeOut(summaryTable(results, terminal.colours));
    const agree = results.every(({ live, replayed }) => disagreements(live, replayed).length === 0);
    return agree ? 0 : EXIT_FAILED;
  });
}

async function loadTrace(terminal: Terminal, options: ParityOptions): Promise<LabTrace> {
  const isDefault = options.trace === undefined && options.workload === undefined;
  if (!isDefault) return await loadLabTrace(options, terminal);
  const set = { ...DEFAULT_PARAMETERS, ...options.set };
  return await loadLabTrace({ ...options, workload: DEFAULT_WORKLOAD, set }, terminal);
}

function writeCase(terminal: Terminal, result: CaseResult): void {
  const { engine, policy, live, replayed, liveRun, replayMs } = result;
  const lateMs = digits3(sendLatenessMs(liveRun).p99);
  terminal.writeOut(
    `${engine}, ${policy}: ${countedText(live.finished, 'request')} in ${liveRun.seconds.toFixed(1)} s, ` +
      `replayed in ${replayMs.toFixed(0)} ms; requests were sent up to ${lateMs} ms late (p99)\n` +
      `${caseTable(result, terminal.colours)}\n`,
  );
  for (const failure of liveRun.failures.slice(0, 3)) terminal.writeError(`fakeai: ${failure}\n`);
  for (const reason of disagreements(live, replayed)) terminal.writeError(`fakeai: ${reason}\n`);
}
