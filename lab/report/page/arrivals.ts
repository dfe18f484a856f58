import { line, pointer, ruleY, tip } from '@observablehq/plot';
import type { AnalysisView } from '../analysis-view.ts';
import { numberText } from '../figure-text.ts';
import { chart } from './chart.ts';
import { levelsY } from './level.ts';
import { lineStroke } from './line-legend.ts';
import { TimeAxis } from './time-axis.ts';
import type { TraceFigure } from './trace-figure.ts';

export const ARRIVALS_FIGURE: TraceFigure = {
  draw(view, width) {
    const { arrivals, bucketSeconds, requestsPerSecond: mean } = view;
    // One bucket is no course of time.
    if (arrivals.length < 2) return [];
    const axis = axisOf(view);
    const points = arrivals.map((rate, bucket) => {
      const seconds = (bucket + 0.5) * bucketSeconds;
      const title = `${axis.text(seconds)}\n${numberText(rate)} requests/s`;
      return { time: axis.at(seconds), rate, title };
    });
    return [
      chart({
        width,
        label: 'Arrivals over time',
        x: { label: axis.label, domain: [0, axis.end], ticks: width / 80 },
        y: {
          label: `Requests/s${mean === null ? '' : `, mean ${numberText(mean)}`}`,
          domain: [0, Math.max(...arrivals)],
          nice: true,
        },
        marks: [
          ruleY([0]),
          mean === null ? [] : levelsY([mean], ''),
          line(points, { x: 'time', y: 'rate', ...lineStroke(0) }),
          tip(points, pointer({ x: 'time', y: 'rate', title: 'title', lineHeight: 1.3 })),
        ],
      }),
    ];
  },

  table(view) {
    const axis = axisOf(view);
    return {
      headings: [axis.label, 'Requests/s'],
      rows: view.arrivals.map((rate, bucket) => [
        numberText(axis.at(bucket * view.bucketSeconds)),
        numberText(rate),
      ]),
    };
  },
};

function axisOf({ arrivals, bucketSeconds }: AnalysisView): TimeAxis {
  return new TimeAxis(arrivals.length * bucketSeconds);
}
