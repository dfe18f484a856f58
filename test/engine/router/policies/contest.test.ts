import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Contest } from '../../../../engine/router/policies/contest.ts';
import { Rng } from '../../../../shared/rng.ts';
import { tally } from '../cluster-view.ts';

const table: { scores: number[]; tieScores: number[]; ineligible: number[]; winners: number[] }[] =
  [
    { scores: [3, 1, 2], tieScores: [0, 9, 0], ineligible: [], winners: [1] },
    { scores: [3, 1, 2], tieScores: [0, 0, 0], ineligible: [1], winners: [2] },
    { scores: [1, 1, 1, 2], tieScores: [5, 4, 6, 0], ineligible: [], winners: [1] },
    { scores: [1, 1, 1, 2], tieScores: [4, 5, 4, 0], ineligible: [], winners: [0, 2] },
    { scores: [2, 1, 1, 1], tieScores: [0, 7, 7, 7], ineligible: [2], winners: [1, 3] },
    { scores: [-2, -1, 0, -2], tieScores: [0, 0, 0, 0], ineligible: [], winners: [0, 3] },
  ];

for (const { scores, tieScores, ineligible, winners } of table) {
  const among = ineligible.length > 0 ? `, ${ineligible} not eligible` : '';
  test(`of scores ${scores} with tie scores ${tieScores}${among}: ${winners}, evenly`, () => {
    const contest = new Contest(scores.length, new Rng(2));
    contest.scores.set(scores);
    contest.tieScores.set(tieScores);
    const eligible = new Uint8Array(scores.length).fill(1);
    for (const worker of ineligible) eligible[worker] = 0;
    const counts = tally(scores.length, 1000, () => contest.winner(eligible));
    for (const [worker, count] of counts.entries()) {
      const fair = winners.includes(worker) ? 1000 / winners.length : 0;
      assert.ok(Math.abs(count - fair) <= fair / 5, `${counts}`);
    }
  });
}
