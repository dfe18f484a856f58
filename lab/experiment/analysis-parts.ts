import type { BlockStats, LengthStats, TraceStats } from '../analyze/trace-stats.ts';
import type { TurnReuse, WindowSet } from '../analyze/working-set.ts';
import type { AnalysisPart, AnalysisTable, AnalysisText } from '../report/analysis-data.ts';
import { turnsText } from '../report/analysis-view.ts';
import { KV_TOKENS } from '../simulate/build-config.ts';
import { countedText } from './counted-text.ts';
import { elapsedText } from './elapsed-text.ts';
import type { Terminal } from './terminal.ts';
import { digits3, textTable } from './text-table.ts';
import { wrappedText } from './wrapped-text.ts';

/** Sizes of a cache that the table of a curve ends with. */
const CURVE_ROWS = 10;

/** What is said of a trace, in the terminal and on the page. */
export function analysisParts(stats: TraceStats): AnalysisPart[] {
  const lengths = [
    { name: 'prompt', of: stats.promptTokens },
    { name: 'output', of: stats.outputTokens },
  ];
  return [
    text(arrivalText(stats)),
    text(sessionText(stats)),
    table(LENGTH_COLUMNS, lengths),
    text(overText(stats)),
    table(REUSE_COLUMNS, stats.blocks),
    text(REUSE_TEXT),
    ...stats.blocks.flatMap((blocks) => [
      { ...text(curveText(blocks)), isOpening: true },
      table(CURVE_COLUMNS, curveRows(blocks)),
      text(CURVE_TEXT),
      text(sizeText(blocks)),
      ...(blocks.workingSet.hitBound === 0 ? [] : [text(gapText(blocks))]),
      table(WINDOW_COLUMNS, windowRows(blocks)),
      ...(hasTurns(stats) ? [table(TURN_COLUMNS, turnRows(blocks))] : []),
    ]),
  ];
}

/** The same as it is printed. */
export function printedPart(
  part: AnalysisPart,
  { columns, colours }: Pick<Terminal, 'columns' | 'colours'>,
): string {
  if (part.kind === 'text')
    return `${part.isOpening ? '\n' : ''}${wrappedText(part.text, columns)}`;
  const tableColumns = part.titles.map((title, at) => ({
    title,
    isKey: at === 0,
    cell: (row: readonly string[]) => row[at] ?? '',
  }));
  return `\n${textTable(tableColumns, part.rows, colours, columns)}`;
}

function text(said: string): AnalysisText {
  return { kind: 'text', text: said, isOpening: false };
}

function table<Row>(columns: readonly Figure<Row>[], rows: readonly Row[]): AnalysisTable {
  return {
    kind: 'table',
    titles: columns.map(({ title }) => title),
    rows: rows.map((row) => columns.map(({ cell }) => cell(row))),
  };
}

/** A column of a table; the first one says what a row is. */
interface Figure<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

function arrivalText(stats: TraceStats): string {
  const { requests, distinctArrivals, gapCv, rateMinuteMin, rateMinuteMax, spanSeconds } = stats;
  if (spanSeconds === 0) return 'All requests arrive at once.';
  const minutes =
    spanSeconds < 60
      ? ''
      : `In whole minutes they come at ${digits3(rateMinuteMin)} to ${digits3(rateMinuteMax)} ` +
        'requests/s. ';
  return (
    `${minutes}The gaps between arrivals have a coefficient of variation of ${digits3(gapCv)} ` +
    `(Poisson: 1); ${countedText(distinctArrivals, 'moment')} for ${countedText(requests, 'request')}.`
  );
}

function hasTurns({ turnsPerSession }: TraceStats): boolean {
  return turnsPerSession.max > 1;
}

function sessionText(stats: TraceStats): string {
  const { sessions, turnsPerSession: turns } = stats;
  if (!hasTurns(stats)) return 'No session has a second turn that the trace tells of.';
  return (
    `${countedText(sessions, 'session')} of ${digits3(turns.mean)} turns on average: ` +
    `${digits3(turns.p50)} at the median, ${digits3(turns.p90)} at p90, ${turns.max} at most.`
  );
}

function overText({ promptTokens, outputTokens, promptsOver }: TraceStats): string {
  const shares = promptsOver
    .filter(({ share }) => share > 0 && share < 1)
    .map(({ tokens, share }) => `${percent(share)} % over ${tokens.toLocaleString('en')}`);
  const over = shares.length === 0 ? '' : ` Of the prompts, ${shares.join(', ')} tokens.`;
  const ratio = digits3(promptTokens.sum / outputTokens.sum);
  return `${ratio} prompt tokens for each of output.${over}`;
}

interface Lengths {
  readonly name: string;
  readonly of: LengthStats;
}

const QUANTILES = ['mean', 'min', 'p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99', 'max'] as const;

const LENGTH_COLUMNS: readonly Figure<Lengths>[] = [
  { title: 'tokens', cell: ({ name }) => name },
  ...QUANTILES.map((name) => ({ title: name, cell: ({ of }: Lengths) => whole(of[name]) })),
];

const REUSE_COLUMNS: readonly Figure<BlockStats>[] = [
  { title: 'block size', cell: ({ blockSize }) => String(blockSize) },
  { title: 'blocks', cell: ({ prompts }) => whole(prompts.blockReferences) },
  { title: 'distinct', cell: ({ prompts }) => whole(prompts.distinctBlocks) },
  { title: 'seen %', cell: ({ prompts }) => percent(prompts.blockRatio) },
  { title: 'tokens %', cell: ({ prompts }) => percent(prompts.tokenRatio) },
  { title: 'bound %', cell: ({ workingSet }) => percent(workingSet.hitBound) },
  { title: 'no hit %', cell: ({ prompts }) => percent(prompts.withoutHit, 2) },
  { title: 'full hit %', cell: ({ prompts }) => percent(prompts.withFullHit, 2) },
  { title: 'once %', cell: ({ prompts }) => percent(prompts.blocksUsedOnce) },
  { title: '10+ %', cell: ({ prompts }) => percent(prompts.blocksUsedTenTimes, 2) },
];

const REUSE_TEXT =
  'seen: blocks and tokens of prompts that were in an earlier prompt; bound: prompt tokens that an ' +
  'infinite cache hits, answers cached too; once, 10+: distinct blocks that one prompt has, and ten or more.';

function curveText({ blockSize }: BlockStats): string {
  return `One cache for all requests, with blocks of ${countedText(blockSize, 'token')}:`;
}

const CURVE_TEXT =
  'The cache evicts the least recently used block; answers are cached too. prompts alone: without ' +
  'answers, and with partial last blocks.';

interface CurveRow {
  readonly blocks: number;
  readonly tokens: number;
  readonly hitRate: number;
  readonly ofBound: number;
  readonly promptBlocks: number | undefined;
}

const CURVE_COLUMNS: readonly Figure<CurveRow>[] = [
  { title: 'cache of blocks', cell: ({ blocks }) => whole(blocks) },
  { title: 'tokens', cell: ({ tokens }) => whole(tokens) },
  { title: 'workers', cell: ({ tokens }) => digits3(tokens / KV_TOKENS) },
  { title: 'hit %', cell: ({ hitRate }) => percent(hitRate) },
  { title: 'of bound %', cell: ({ ofBound }) => percent(ofBound) },
  {
    title: 'prompts alone, blocks %',
    cell: ({ promptBlocks }) => (promptBlocks === undefined ? '-' : percent(promptBlocks, 2)),
  },
];

function curveRows({ blockSize, prompts, workingSet }: BlockStats): CurveRow[] {
  const { curve, hitBound } = workingSet;
  return curve
    .filter(({ blocks }, at) => at === curve.length - 1 || /^[125]0*$/.test(String(blocks)))
    .slice(-CURVE_ROWS)
    .map(({ blocks, tokenHitRate }) => ({
      blocks,
      tokens: blocks * blockSize,
      hitRate: tokenHitRate,
      ofBound: tokenHitRate / hitBound,
      promptBlocks: (prompts.curve.find((point) => point.blocks === blocks) ?? prompts.curve.at(-1))
        ?.blockHitRate,
    }));
}

function sizeText({ blockSize, workingSet }: BlockStats): string {
  const { hitBound, sizes } = workingSet;
  if (hitBound === 0) return 'Prompts share no full block: no cache of any size hits.';
  const needs = sizes.map(({ shareOfBound, blocks }, at) => {
    const workers = digits3((blocks * blockSize) / KV_TOKENS);
    const text = `${percent(shareOfBound, 0)} % needs ${blocks.toLocaleString('en')} (${workers}`;
    return at === 0 ? `${text} workers of ${KV_TOKENS.toLocaleString('en')} tokens)` : `${text})`;
  });
  return `Blocks for a share of the bound of ${percent(hitBound)} %: ${needs.join(', ')}.`;
}

function gapText({ workingSet }: BlockStats): string {
  const texts = [0.5, 0.9, 0.99].flatMap((share) => {
    const gap = workingSet.gaps.find((each) => each.share === share);
    if (gap === undefined) return [];
    const blocks = countedText(gap.blocks, 'block');
    return `${elapsedText(gap.seconds)} or ${blocks} ago at p${share * 100}`;
  });
  return `Blocks that are hit were last used ${texts.join(', ')}.`;
}

interface WindowRow extends WindowSet {
  readonly blockSize: number;
}

const WINDOW_COLUMNS: readonly Figure<WindowRow>[] = [
  { title: 'used within', cell: ({ seconds }) => `${seconds / 60} min` },
  { title: 'windows', cell: ({ windows }) => whole(windows) },
  { title: 'blocks, mean', cell: ({ blocksMean }) => whole(blocksMean) },
  { title: 'most', cell: ({ blocksMost }) => whole(blocksMost) },
  { title: 'tokens, most', cell: (row) => whole(row.blocksMost * row.blockSize) },
  {
    title: 'workers',
    cell: (row) => digits3((row.blocksMost * row.blockSize) / KV_TOKENS),
  },
];

function windowRows({ blockSize, workingSet }: BlockStats): WindowRow[] {
  return workingSet.windows.map((window) => ({ ...window, blockSize }));
}

const TURN_COLUMNS: readonly Figure<TurnReuse>[] = [
  { title: 'turn', cell: ({ firstTurn, lastTurn }) => turnsText(firstTurn, lastTurn) },
  { title: 'requests', cell: ({ requests }) => whole(requests) },
  {
    title: 'prompt, mean',
    cell: ({ requests, promptTokens }) => whole(promptTokens / requests),
  },
  {
    title: 'hit %',
    cell: (row) => percent((row.hitTokensWithin + row.hitTokensBetween) / row.promptTokens),
  },
  {
    title: 'own session %',
    cell: ({ hitTokensWithin, promptTokens }) => percent(hitTokensWithin / promptTokens),
  },
  {
    title: 'others %',
    cell: ({ hitTokensBetween, promptTokens }) => percent(hitTokensBetween / promptTokens),
  },
];

function turnRows({ workingSet }: BlockStats): TurnReuse[] {
  return workingSet.turns.filter(({ requests }) => requests > 0);
}

function percent(share: number, decimals = 1): string {
  return Number.isFinite(share) ? (share * 100).toFixed(decimals) : '-';
}

function whole(amount: number): string {
  return Math.round(amount).toLocaleString('en');
}
