import {
  type CommandContext,
  EXIT_FAILED,
  EXIT_MISCONFIGURED,
} from '../../cli/commands/command-context.ts';
import type { ValidSettings } from '../../cli/commands/command-settings.ts';
import type { PolicyName } from '../../shared/policy-names.ts';
import type { SchedulerKind } from '../../shared/protocol.ts';
import { countedText } from '../experiment/counted-text.ts';
import { reportingErrors } from '../experiment/lab-errors.ts';
import { type LabTrace, loadLabTrace, type TraceOptions } from '../experiment/lab-trace.ts';
import { digits3 } from '../experiment/text-table.ts';
import { wrappedText } from '../experiment/wrapped-text.ts';
import { disagreements, sendLatenessMs } from './parity-figures.ts';
import { runParity } from './parity-run.ts';
import { caseTable, type NamedOutcome, summaryTable } from './parity-table.ts';

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

/** Runs every case, prints what came of it, and resolves to the exit code. */
export function runParityCases(
  context: CommandContext,
  options: ParityOptions,
  { settings, sources }: ValidSettings,
): Promise<number> {
  return reportingErrors(context, options.trace, async () => {
    if (settings.latencyProfile === 'auto') {
      context.writeError(`fakeai: ${AUTO_PROFILE}\n`);
      return EXIT_MISCONFIGURED;
    }
    const trace = await loadTrace(context, options);
    for (const note of trace.notes) context.writeOut(wrappedText(note, context.columns));
    const { trace: spec, rate } = trace.open(settings.seed, {
      unit: 'speed-up',
      value: options.rate,
    });
    const outcomes: NamedOutcome[] = [];
    for (const engine of options.engines ?? [settings.engine]) {
      for (const policy of options.policies ?? [settings.routerPolicy]) {
        const { limit } = options;
        const caseSettings = { ...settings, engine, routerPolicy: policy };
        const run = await runParity({ settings: caseSettings, sources, trace: spec, rate, limit });
        const outcome = { ...run, engine, policy };
        outcomes.push(outcome);
        writeCase(context, outcome);
      }
    }
    if (outcomes.length > 1) context.writeOut(summaryTable(outcomes, context.colours));
    const agree = outcomes.every(
      ({ live, replayed }) => disagreements(live, replayed).length === 0,
    );
    return agree ? 0 : EXIT_FAILED;
  });
}

async function loadTrace(context: CommandContext, options: ParityOptions): Promise<LabTrace> {
  const isDefault = options.trace === undefined && options.workload === undefined;
  if (!isDefault) return await loadLabTrace(options, context);
  const set = { ...DEFAULT_PARAMETERS, ...options.set };
  return await loadLabTrace({ ...options, workload: DEFAULT_WORKLOAD, set }, context);
}

function writeCase(context: CommandContext, outcome: NamedOutcome): void {
  const { engine, policy, live, replayed, liveRun, replayMs } = outcome;
  const lateMs = digits3(sendLatenessMs(liveRun).p99);
  context.writeOut(
    `${engine}, ${policy}: ${countedText(live.finished, 'request')} in ${liveRun.seconds.toFixed(1)} s, ` +
      `replayed in ${replayMs.toFixed(0)} ms; requests were sent up to ${lateMs} ms late (p99)\n` +
      `${caseTable(outcome, context.colours)}\n`,
  );
  for (const failure of liveRun.failures.slice(0, 3)) context.writeError(`fakeai: ${failure}\n`);
  for (const reason of disagreements(live, replayed)) context.writeError(`fakeai: ${reason}\n`);
}
