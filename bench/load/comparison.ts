import type { ProcessUsage } from './process-usage.ts';
import { showProgress } from './progress.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { figure, textTable } from './text-table.ts';

/** What one measurement of one server gave. */
export type Figures<Name extends string> = Readonly<Record<Name, number>>;

/** Our server and the bare one, one entry a round. */
export interface Comparison<Name extends string> {
  readonly ours: readonly Figures<Name>[];
  readonly bare: readonly Figures<Name>[];
}

export type Headings<Name extends string> = Readonly<Record<Name, string>>;

/** Measures the two in turn, so that a slow drift of the machine falls on both. */
export async function compare<Name extends string>(
  scenario: string,
  rounds: number,
  measureOurs: () => Promise<Figures<Name>>,
  measureBare: () => Promise<Figures<Name>>,
): Promise<Comparison<Name>> {
  const ours: Figures<Name>[] = [];
  const bare: Figures<Name>[] = [];
  for (let round = 1; round <= rounds; round++) {
    showProgress(`${scenario}: round ${round} of ${rounds}, fakeai`);
    ours.push(await measureOurs());
    showProgress(`${scenario}: round ${round} of ${rounds}, bare`);
    bare.push(await measureBare());
  }
  return { ours, bare };
}

/** Ours over bare, taken within each round. */
export function ratioOf<Name extends string>(comparison: Comparison<Name>, name: Name): Spread {
  return spreadOf(comparison.ours.map((ours, i) => ours[name] / comparison.bare[i]![name]));
}

/** One column for each heading: medians of both, and the ratio with its spread. */
export function comparisonTable<Name extends string>(
  headings: Headings<Name>,
  comparison: Comparison<Name>,
): string {
  const names = Object.keys(headings) as Name[];
  const medians = (side: readonly Figures<Name>[]): string[] =>
    names.map((name) => figure(spreadOf(side.map((figures) => figures[name])).median));
  const ratios = names.map((name) => ratioOf(comparison, name));
  return textTable([
    ['', ...names.map((name) => headings[name])],
    ['fakeai', ...medians(comparison.ours)],
    ['bare', ...medians(comparison.bare)],
    ['ratio', ...ratios.map((ratio) => figure(ratio.median))],
    ['  lowest', ...ratios.map((ratio) => figure(ratio.min))],
    ['  highest', ...ratios.map((ratio) => figure(ratio.max))],
  ]);
}

/** CPU time between two looks at a process, in microseconds, and the main thread's share of it. */
export function cpuBetween(
  before: ProcessUsage,
  after: ProcessUsage,
): { cpuUs: number; mainThreadPercent: number } {
  const cpuUs = after.cpuUs - before.cpuUs;
  const mainUs = (after.mainThreadCpuUs ?? Number.NaN) - (before.mainThreadCpuUs ?? Number.NaN);
  return { cpuUs, mainThreadPercent: (100 * mainUs) / cpuUs };
}
