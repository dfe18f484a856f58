import { barY, pointerX, ruleY, tip } from '@observablehq/plot';
import { countText, percentText } from '../figure-text.ts';
import { chart } from './chart.ts';
import { legendOf } from './legend.ts';
import { lineStyle } from './line-legend.ts';
import type { TraceFigure } from './trace-figure.ts';

const OWN = lineStyle(0);
const OTHERS = lineStyle(2);

export const TURNS_FIGURE: TraceFigure = {
  draw({ turns }, width) {
    const bars = turns.map(({ name, shortName, requests, within, between }) => ({
      name: shortName,
      within,
      all: within + between,
      title:
        `turn ${name}, ${countText(requests)} requests\n${percentText(within)} own session, ` +
        `${percentText(between)} others`,
    }));
    const drawn = chart({
      width,
      label: 'Hits by turn',
      x: { label: 'Turn', domain: turns.map(({ shortName }) => shortName), type: 'band' },
      y: { label: 'Hit prompt tokens (%)', percent: true, domain: [0, 100] },
      marks: [
        barY(bars, { x: 'name', y1: 0, y2: 'within', fill: OWN.color }),
        barY(bars, { x: 'name', y1: 'within', y2: 'all', fill: OTHERS.color }),
        ruleY([0]),
        tip(bars, pointerX({ x: 'name', y: 'all', title: 'title', lineHeight: 1.3 })),
      ],
    });
    const legend = legendOf(
      [
        ['used last by the session itself', { ...OWN, dash: 'none' }],
        ['by another session', { ...OTHERS, dash: 'none' }],
      ],
      { line: true, symbol: false },
    );
    return [legend, drawn];
  },

  table({ turns }) {
    return {
      headings: ['Turn', 'Requests', 'Own session', 'Others'],
      rows: turns.map(({ name, requests, within, between }) => [
        name,
        countText(requests),
        percentText(within),
        percentText(between),
      ]),
    };
  },
};
