import { POLICY_NAMES, type PolicyName } from '../../shared/policy-names.ts';
import type { Figures } from './figures.ts';
import type { Capacities, Row } from './row.ts';
import { contrast, type JudgedFigure, judge, type Verdict } from './verdict.ts';

/** A row with what each policy did in it. */
export interface ComparedRow {
  readonly row: Row;
  readonly policies: ReadonlyMap<PolicyName, Figures>;
}

/** Where the requests and the figures are from. */
export interface Provenance {
  readonly version: string;
  readonly commits: readonly string[];
  readonly capacities: Capacities;
  /** Descriptions of the requests by name; those of files have their SHA-256. */
  readonly traffic: Readonly<Record<string, object>>;
}

const JUDGED: readonly {
  readonly figure: JudgedFigure;
  readonly title: string;
  readonly text: (value: number) => string;
}[] = [
  { figure: 'goodShare', title: 'good', text: percent },
  { figure: 'ttftP90Ms', title: 'TTFT p90', text: milliseconds },
];

const VERDICTS: readonly Verdict['word'][] = ['best', 'within noise', 'behind'];

/** Parts of a document by their names; sections are of the third level. */
export type Parts = Readonly<Record<'verdicts' | 'figures' | 'requests', string>>;

/** What is said of `rows`: the verdicts, all figures of all policies, and what was replayed. */
export function comparisonParts(rows: readonly ComparedRow[], provenance: Provenance): Parts {
  const names = [...new Set(rows.map(({ row }) => row.traffic.name))];
  const sections = names.map((name) => {
    const own = rows.filter(({ row }) => row.traffic.name === name);
    return `### ${name}\n\n${wholeTable(own)}`;
  });
  return {
    verdicts: [verdictCounts(rows), policyCounts(rows), verdictTable(rows)].join('\n'),
    figures: sections.join('\n'),
    requests: requestsText(rows, provenance),
  };
}

/**
 * `text` with each part in the place that is marked for it, if there is one. Throws if there is
 * none for any.
 */
export function replaceParts(text: string, parts: Parts): string {
  let replaced = text;
  let places = 0;
  for (const [name, part] of Object.entries(parts)) {
    const begin = `<!-- begin ${name}: npm run bench:routing -->`;
    const end = `<!-- end ${name} -->`;
    const from = replaced.indexOf(begin);
    const to = replaced.indexOf(end);
    if (from < 0 || to < from) continue;
    places++;
    replaced = `${replaced.slice(0, from + begin.length)}\n\n${part}\n${replaced.slice(to)}`;
  }
  if (places === 0) throw new Error('no part has a place that is marked for it');
  return replaced;
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

/** In how many rows `smart` is better than each other policy, and worse, beyond noise. */
function policyCounts(rows: readonly ComparedRow[]): string {
  const others = POLICY_NAMES.filter((policy) => rows.some((row) => row.policies.has(policy)));
  return table([
    ['policy', ...JUDGED.flatMap(({ title }) => [`${title}: \`smart\` better`, 'noise', 'worse'])],
    ...others
      .filter((policy) => policy !== 'smart')
      .map((policy) => [
        `\`${policy}\``,
        ...JUDGED.flatMap(({ figure }) => {
          const signs = rows.flatMap(({ policies }) => {
            const smart = policies.get('smart');
            const other = policies.get(policy);
            return smart && other ? [contrast(smart, other, figure).sign] : [];
          });
          return [1, 0, -1].map((sign) => String(signs.filter((each) => each === sign).length));
        }),
      ]),
  ]);
}

/** Of what the requests are, the caches that serve them, and the rates that are parts of. */
function requestsText(rows: readonly ComparedRow[], provenance: Provenance): string {
  const { version, commits, traffic, capacities } = provenance;
  const all = [...new Set(rows.map(({ row }) => row.traffic))];
  const lines = all.map(({ name, set, cacheTokens: { scarce, ample } }) => {
    const capacity = capacities[name];
    return [
      name,
      Object.entries(set)
        .map(([parameter, value]) => `${parameter} ${value}`)
        .join(', '),
      scarce.toLocaleString('en-US'),
      ample.toLocaleString('en-US'),
      capacity === undefined ? '' : `${capacity.scarce}/s`,
      capacity === undefined ? '' : `${capacity.ample}/s`,
    ];
  });
  const titles = ['requests', 'parameters', 'scarce cache, tokens', 'ample cache, tokens'];
  const files = Object.values(traffic).flatMap((description) =>
    'sha256' in description && 'file' in description
      ? [`- \`${description.file}\`: SHA-256 \`${description.sha256}\`\n`]
      : [],
  );
  return [
    table([[...titles, 'capacity, scarce', 'capacity, ample'], ...lines]),
    [...new Set(files)].join(''),
    `fakeai ${version}, ${commits.join(', ')}.\n`,
  ].join('\n');
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
