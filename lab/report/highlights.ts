import { durationText, numberText, percentText } from './figure-text.ts';
import { html, type Markup } from './markup.ts';
import type { ReportCell } from './report-data.ts';
import type { CellGroup, ReportGrid } from './report-grid.ts';

interface Highlight {
  readonly label: string;
  readonly better: 'low' | 'high';
  readonly figure: (cell: ReportCell) => number | null;
  readonly text: (figure: number) => string;
}

const HIGHLIGHTS: readonly Highlight[] = [
  {
    label: 'Highest goodput',
    better: 'high',
    figure: ({ result }) => result.goodPerSecond,
    text: (figure) => `${numberText(figure)} req/s`,
  },
  {
    label: 'Lowest p90 time to first token',
    better: 'low',
    figure: ({ result }) => result.latencies.ttftMs.p90,
    text: durationText,
  },
  {
    label: 'Highest hit rate',
    better: 'high',
    figure: ({ result }) => result.cache.tokenHitRate,
    text: percentText,
  },
];

/** What a reader wants to know first: which policy did best in one setting, and by how much. */
export function highlights(grid: ReportGrid, setting: number): Markup {
  const groups = grid.groups.filter((group) => group.setting === setting);
  if (groups.length < 2) return html``;
  return html`<ul class="highlights">
${HIGHLIGHTS.map((highlight) => highlightItem(highlight, grid, groups))}
</ul>`;
}

function highlightItem(
  { label, better, figure, text }: Highlight,
  { policies }: ReportGrid,
  groups: readonly CellGroup[],
): Markup {
  const ranked = groups
    .flatMap(({ policy, cells }) => {
      const known = cells.map(figure).filter((value) => value !== null);
      const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
      return known.length === 0 ? [] : [{ name: policies[policy] ?? '', mean }];
    })
    .sort((a, b) => (better === 'low' ? a.mean - b.mean : b.mean - a.mean));
  const best = ranked[0];
  const worst = ranked.at(-1);
  if (best === undefined || worst === undefined) return html``;
  if (text(best.mean) === text(worst.mean)) {
    return html`<li>${label}: <strong>${text(best.mean)}</strong> by every policy</li>`;
  }
  const alike = ranked.filter(({ mean }) => text(mean) === text(best.mean));
  return html`<li>${label}: <strong>${text(best.mean)}</strong> by <strong>${alike
    .map(({ name }) => name)
    .join(', ')}</strong>, against ${text(worst.mean)} by ${worst.name}</li>`;
}
