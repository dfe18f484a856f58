import type { PolicyName } from '../../shared/policy-names.ts';
import type { Figures } from './figures.ts';
import type { Row } from './row.ts';
import { type JudgedFigure, judge, type Verdict } from './verdict.ts';

/** A row with what each policy did in it. */
export interface ComparedRow {
  readonly row: Row;
  readonly policies: ReadonlyMap<PolicyName, Figures>;
}

/** Where the requests and the figures are from. */
export interface Provenance {
  readonly version: string;
  readonly commits: readonly string[];
  /** Descriptions of the requests by name; those of files have their SHA-256. */
  readonly traffic: Readonly<Record<string, object>>;
}

const BEGIN = '<!-- begin: npm run bench:routing -->';
const END = '<!-- end: npm run bench:routing -->';

const JUDGED: readonly {
  readonly figure: JudgedFigure;
  readonly title: string;
  readonly text: (value: number) => string;
}[] = [
  { figure: 'goodShare', title: 'good', text: percent },
  { figure: 'ttftP90Ms', title: 'TTFT p90', text: milliseconds },
];

const VERDICTS: readonly Verdict['word'][] = ['best', 'within noise', 'behind'];

/** The verdicts, then all figures. Sections are of the second level. */
export function comparisonMarkdown(
  rows: readonly ComparedRow[],
  { version, commits, traffic }: Provenance,
): string {
  const names = [...new Set(rows.map(({ row }) => row.traffic.name))];
  const sources = Object.entries(traffic).map(
    ([name, description]) => `- ${name}: \`${JSON.stringify(description)}\`\n`,
  );
  const sections = names.map((name) => {
    const own = rows.filter(({ row }) => row.traffic.name === name);
    return `## ${name}\n\n${wholeTable(own)}`;
  });
  return [
    `## Verdicts\n\n${verdictCounts(rows)}`,
    verdictTable(rows),
    ...sections,
    `## Requests\n\nfakeai ${version}, ${commits.join(', ')}.\n`,
    sources.join(''),
  ].join('\n');
}

/** `text` with `markdown` in the place that is marked for it. Throws if there is none. */
export function replaceBetweenMarkers(text: string, markdown: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`no place between ${BEGIN} and ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${markdown}\n${text.slice(to)}`;
}

/** In how many rows `smart` is best, within noise of the best, and behind it. */
function verdictCounts(rows: readonly ComparedRow[]): string {
  return table([
    ['', ...VERDICTS, 'rows'],
    ...JUDGED.map(({ figure, title }) => {
      const words = rows.flatMap(({ policies }) => judge(policies, figure)?.word ?? []);
      const counts = VERDICTS.map((word) => words.filter((each) => each === word).length);
      return [title, ...[...counts, words.length].map(String)];
    }),
  ]);
}

/** A line for each row: `smart` beside the best other policy. */
function verdictTable(rows: readonly ComparedRow[]): string {
  const figureTitles = ({ title }: (typeof JUDGED)[number]): string[] => [
    `${title}: best other`,
    '`smart`',
    'difference (95 %)',
    'verdict',
  ];
  return table([
    ['requests', 'workers', 'cache', 'rate', ...JUDGED.flatMap(figureTitles)],
    ...rows.map(({ row, policies }) => [
      row.traffic.name,
      String(row.workers),
      row.cache,
      row.load,
      ...JUDGED.flatMap(({ figure, text }) => verdictCells(judge(policies, figure), text)),
    ]),
  ]);
}

/** All figures of all policies. */
function wholeTable(rows: readonly ComparedRow[]): string {
  return table([
    [
      'workers',
      'cache',
      'rate',
      'policy',
      'good',
      'good/s',
      'TTFT p50',
      'TTFT p90',
      'hit',
      'most/mean',
      'evicted blocks',
    ],
    ...rows.flatMap(({ row, policies }) =>
      [...policies].map(([policy, figures]) => [
        String(row.workers),
        row.cache,
        rateText(row),
        `\`${policy}\``,
        percent(figures.goodShare),
        figures.goodPerSecond.toPrecision(3),
        milliseconds(figures.ttftP50Ms),
        milliseconds(figures.ttftP90Ms),
        percent(figures.hitRate),
        figures.mostOverMean.toFixed(2),
        String(Math.round(figures.evictedBlocks)),
      ]),
    ),
  ]);
}

function rateText({ load, arrivals }: Row): string {
  return arrivals.unit === 'qps' ? `${load}, ${arrivals.value}/s` : load;
}

function verdictCells(verdict: Verdict | undefined, text: (value: number) => string): string[] {
  if (verdict === undefined) return ['', '', '', ''];
  const { rival, rivalValue, smartValue, difference, interval, word } = verdict;
  const spread = interval === null ? '' : ` (${signed(interval.low)} to ${signed(interval.high)})`;
  return [
    `${text(rivalValue)} \`${rival}\``,
    text(smartValue),
    `${signed(difference)} %${spread}`,
    word === 'behind' ? '**behind**' : word,
  ];
}

/** A share as a percentage with its sign. */
function signed(share: number): string {
  const text = (100 * share).toFixed(1);
  return share > 0 ? `+${text}` : text;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function milliseconds(value: number): string {
  return `${value >= 1000 ? Math.round(value) : value.toPrecision(3)} ms`;
}

function table(lines: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = lines;
  return [head, head.map(() => '---'), ...rest]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
