import { dot, pointer, ruleY, tip } from '@observablehq/plot';
import { NO_FIGURE, percentText, ratioText } from '../figure-text.ts';
import { chart } from './chart.ts';
import { type Figure, type Scene, styleOf } from './figure.ts';
import type { DataTable } from './frame.ts';
import { boundLevels } from './hit-bound-levels.ts';
import { legend } from './legend.ts';

interface Mark {
  readonly policy: number;
  readonly loadSpread: number;
  readonly tokenHitRate: number;
  readonly isChosen: boolean;
  readonly title: string;
}

/** Every cell of the grid by hit rate and imbalance; those of other settings are faint. */
export const PLANE_FIGURE: Figure = {
  draw(scene) {
    const { view, width } = scene;
    const marks = planeMarks(scene);
    if (marks.length === 0) return [];
    const policies = [...new Set(marks.map(({ policy }) => policy))];
    const drawn = chart({
      width,
      label: 'Hit rate against imbalance, one mark for each replay',
      x: {
        label: 'Imbalance (CV of load)',
        zero: true,
        nice: true,
        ticks: width / 80,
        grid: true,
      },
      y: { label: 'Token hit rate (%)', percent: true, zero: true, nice: true },
      marks: [
        ruleY([0]),
        // Below the marks: the best policy is where its name stands.
        boundLevels(scene.runs),
        policies.map((policy) => {
          const { color, symbol } = styleOf(view, policy);
          return dot(
            marks.filter((mark) => mark.policy === policy),
            {
              x: 'loadSpread',
              y: 'tokenHitRate',
              stroke: color,
              fill: color,
              fillOpacity: 0.3,
              opacity: (mark: Mark) => (mark.isChosen ? 1 : 0.35),
              strokeWidth: 1.75,
              symbol,
              r: 5,
            },
          );
        }),
        tip(
          marks,
          pointer({ x: 'loadSpread', y: 'tokenHitRate', title: 'title', lineHeight: 1.3 }),
        ),
      ],
    });
    return [legend(scene, { line: false, symbol: true }), drawn];
  },

  table({ view }): DataTable {
    return {
      headings: ['Policy', 'Setting', 'Seed', 'Token hit rate', 'Imbalance (CV of load)'],
      rows: view.points.map(({ policy, setting, seed, tokenHitRate, loadSpread }) => [
        view.policies[policy] ?? '',
        view.settings[setting]?.label ?? '',
        String(seed),
        tokenHitRate === null ? NO_FIGURE : percentText(tokenHitRate),
        loadSpread === null ? NO_FIGURE : ratioText(loadSpread),
      ]),
    };
  },
};

function planeMarks({ view, setting }: Scene): Mark[] {
  return view.points.flatMap((point) => {
    const { policy, tokenHitRate, loadSpread, seed } = point;
    if (tokenHitRate === null || loadSpread === null) return [];
    const where = `${view.policies[policy]}\n${view.settings[point.setting]?.label}, seed ${seed}`;
    const what = `${percentText(tokenHitRate)} cached, imbalance ${ratioText(loadSpread)}`;
    return [
      {
        policy,
        loadSpread,
        tokenHitRate,
        isChosen: point.setting === setting,
        title: `${where}\n${what}`,
      },
    ];
  });
}
