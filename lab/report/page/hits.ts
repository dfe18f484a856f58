import { axisX, gridX, line, pointer, ruleY, tip } from '@observablehq/plot';
import type { HitCurveView } from '../analysis-view.ts';
import { countText, percentText } from '../figure-text.ts';
import { chart, plotWidth } from './chart.ts';
import { countTicks, shortCountText } from './count-axis.ts';
import { levelsY, levelX } from './level.ts';
import { lineLegend, lineStroke } from './line-legend.ts';
import type { TraceFigure } from './trace-figure.ts';

/** Sizes that the table behind the plot has rows for. */
const ROUND = /^[125]0*$/;

export const HITS_FIGURE: TraceFigure = {
  draw({ curves, workerTokens }, width) {
    const points = curves.flatMap(pointsOf);
    const bound = Math.max(...curves.map(({ hitBound }) => hitBound));
    if (bound === 0) return [];
    const least = Math.min(...points.map(({ tokens }) => tokens));
    const most = Math.max(...points.map(({ tokens }) => tokens), workerTokens);
    const ticks = countTicks(least, most, plotWidth(width));
    const place = Math.log(workerTokens / least) / Math.log(most / least);
    const drawn = chart({
      width,
      label: 'Hit rate against cache size',
      x: { type: 'log', domain: [least, most] },
      y: {
        label: 'Hit prompt tokens (%)',
        percent: true,
        domain: [0, Math.min(100, Math.ceil(bound * 11) * 10)],
      },
      marks: [
        gridX(ticks),
        axisX(ticks, { text: shortCountText, label: 'Cache size (tokens)' }),
        ruleY([0]),
        levelX(workerTokens, place, 'one worker'),
        levelsY([bound], `infinite cache ${percentText(bound)}`),
        curves.map((curve, at) =>
          line(pointsOf(curve), { x: 'tokens', y: 'rate', ...lineStroke(at) }),
        ),
        tip(points, pointer({ x: 'tokens', y: 'rate', title: 'title', lineHeight: 1.3 })),
      ],
    });
    return curves.length > 1 ? [lineLegend(curves.map(({ name }) => name)), drawn] : [drawn];
  },

  table({ curves, workerTokens }) {
    return {
      headings: ['Block size', 'Blocks', 'Tokens', 'Workers', 'Hit rate', 'Of the bound'],
      rows: curves.flatMap((curve) =>
        pointsOf(curve)
          .filter(({ blocks }, at, all) => ROUND.test(String(blocks)) || at === all.length - 1)
          .map(({ blocks, tokens, rate }) => [
            curve.name,
            countText(blocks),
            countText(tokens),
            (tokens / workerTokens).toFixed(2),
            percentText(rate),
            curve.hitBound === 0 ? '–' : percentText(rate / curve.hitBound),
          ]),
      ),
    };
  },
};

function pointsOf({ name, tokens, hitRates }: HitCurveView) {
  const blockSize = tokens[0] ?? 1;
  return tokens.map((size, at) => {
    const rate = hitRates[at] ?? 0;
    const blocks = size / blockSize;
    return {
      tokens: size,
      rate,
      blocks,
      title: `${countText(blocks)} blocks, ${countText(size)} tokens\n${percentText(rate)} hit, ${name}`,
    };
  });
}
