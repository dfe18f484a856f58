import { axisX, gridX, line, pointer, ruleY, tip } from '@observablehq/plot';
import { countText } from '../figure-text.ts';
import { chart, plotWidth } from './chart.ts';
import { countTicks, shortCountText } from './count-axis.ts';
import { lineLegend, lineStroke } from './line-legend.ts';
import type { TraceFigure } from './trace-figure.ts';

const NAMES = ['prompt', 'output'] as const;

/** Percents that the table behind the plot has rows for. */
const TABLE_PERCENTS = [0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 100];

export const LENGTHS_FIGURE: TraceFigure = {
  draw({ promptTokens, outputTokens }, width) {
    const curves = [promptTokens, outputTokens].map((lengths, at) =>
      lengths.map((tokens, percent) => ({
        tokens,
        percent,
        title: `${NAMES[at]}\n${percent} % have at most ${countText(tokens)} tokens`,
      })),
    );
    const points = curves.flat();
    const least = Math.min(...points.map(({ tokens }) => tokens));
    const most = Math.max(...points.map(({ tokens }) => tokens), least * 2);
    const ticks = countTicks(least, most, plotWidth(width));
    const drawn = chart({
      width,
      label: 'Lengths: cumulative distribution',
      x: { type: 'log', domain: [least, most] },
      y: { label: 'Requests (%)', domain: [0, 100] },
      marks: [
        gridX(ticks),
        axisX(ticks, { text: shortCountText, label: 'Tokens' }),
        ruleY([0]),
        curves.map((curve, at) => line(curve, { x: 'tokens', y: 'percent', ...lineStroke(at) })),
        tip(points, pointer({ x: 'tokens', y: 'percent', title: 'title', lineHeight: 1.3 })),
      ],
    });
    return [lineLegend(NAMES), drawn];
  },

  table({ promptTokens, outputTokens }) {
    return {
      headings: ['Requests', 'Prompt tokens', 'Output tokens'],
      rows: TABLE_PERCENTS.map((percent) => [
        `${percent} %`,
        countText(promptTokens[percent] ?? 0),
        countText(outputTokens[percent] ?? 0),
      ]),
    };
  },
};
