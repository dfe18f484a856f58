import type { Markish } from '@observablehq/plot';
import { percentText } from '../figure-text.ts';
import type { RunView } from '../report-view.ts';
import { levelsY } from './level.ts';

/** What an infinite cache would hit: the bounds of the tables, where they differ the extremes. */
export function boundLevels(runs: readonly RunView[]): Markish {
  const bounds = runs.flatMap(({ hitBound }) => hitBound ?? []);
  if (bounds.length === 0) return [];
  const extremes = [Math.min(...bounds), Math.max(...bounds)];
  const texts = [...new Set(extremes.map(percentText))];
  return levelsY(
    texts.length > 1 ? extremes : extremes.slice(1),
    `infinite cache ${texts.join(' to ')}`,
  );
}
