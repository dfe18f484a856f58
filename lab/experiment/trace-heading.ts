import { arrivalsText } from './axes.ts';
import { countedText } from './counted-text.ts';
import { elapsedText } from './elapsed-text.ts';
import type { LabOptions } from './lab-options.ts';
import type { Arrivals, LabTrace } from './lab-trace.ts';
import { serviceLevelText } from './service-level.ts';
import type { Terminal } from './terminal.ts';
import { digits3 } from './text-table.ts';
import { type WarmUp, warmUpRequests } from './warm-up.ts';
import { wrappedText } from './wrapped-text.ts';

/**
 * Prints what is replayed, what of it was not taken as it stands, and how it is judged. Other seeds
 * make requests of the same kind.
 */
export function writeHeading(
  terminal: Pick<Terminal, 'columns' | 'writeOut'>,
  trace: LabTrace,
  { seeds, warmup, slo }: Pick<LabOptions, 'seeds' | 'warmup' | 'slo'>,
  arrivals: readonly Arrivals[],
): void {
  const [seed = 0] = seeds;
  const paragraphs = [
    ...sourceTexts(trace, seed, arrivals),
    [warmUpText(warmup, trace), serviceLevelText(slo)].filter((text) => text !== '').join(' '),
  ];
  for (const text of paragraphs.filter((each) => each !== '')) {
    terminal.writeOut(wrappedText(text, terminal.columns));
  }
}

/** What the requests are, with those for `seed`, and what was not taken as it stands. */
export function sourceTexts(
  trace: LabTrace,
  seed: number,
  arrivals: readonly Arrivals[],
): readonly string[] {
  const texts = [traceHeading(trace, seed, arrivals), quantumText(trace)];
  return [texts.filter((text) => text !== '').join(' '), ...trace.notes];
}

/**
 * What is replayed: the requests by their own clock, and the rates at which they come in the
 * replays, for `seed` where a generator makes them.
 */
function traceHeading(trace: LabTrace, seed: number, arrivals: readonly Arrivals[]): string {
  const { name, requests } = trace;
  const ownRate = trace.ownRate(seed);
  const shape = trace.shape(seed);
  const seconds = shape.seconds * (requests / shape.requests);
  const count = `${name}: ${countedText(requests, 'request')}`;
  const prompt = shape.promptTokens / shape.requests;
  const output = shape.outputTokens / shape.requests;
  if (!Number.isFinite(ownRate)) {
    return `${count}, all at once, of ${whole(prompt)} prompt and ${whole(output)} output tokens.`;
  }
  const own = trace.hasWaitingTurns
    ? `${count} whose turns wait for answers, begun at`
    : `${count} in ${elapsedText(seconds)} by their own clock:`;
  const rates = arrivals
    .filter(({ unit, value }) => unit === 'speed-up' && value !== 1)
    .map((each, at) => {
      const rate = digits3(each.value * ownRate);
      return `${at === 0 ? `${rate} requests/s` : rate} at ${arrivalsText(each)}`;
    });
  const tokens = `${whole(prompt * ownRate)} prompt and ${whole(output * ownRate)} output tokens/s`;
  const faster = rates.length === 0 ? '' : `; ${rates.join(', ')}`;
  const isPart = shape.requests < requests;
  const measured = isPart ? ` (taken from the first ${whole(shape.requests)})` : '';
  return `${own} ${digits3(ownRate)} requests/s, ${tokens}${measured}${faster}.`;
}

function quantumText({ quantum }: LabTrace): string {
  if (quantum === undefined) return '';
  const { seconds, perMoment, isSpread } = quantum;
  const moments = `Times are multiples of some ${digits3(seconds)} s`;
  if (isSpread) return `${moments}; --spread spreads the requests of a moment over what follows.`;
  return `${moments}, ${digits3(perMoment)} requests at a time; --spread spreads them.`;
}

function warmUpText(warmup: WarmUp, { requests }: LabTrace): string {
  const first = warmUpRequests(warmup, requests);
  if (first === 0) return '';
  return first === 1
    ? 'The first request fills the caches and is not measured.'
    : `The first ${whole(first)} requests fill the caches and are not measured.`;
}

function whole(amount: number): string {
  return Math.round(amount).toLocaleString('en');
}
