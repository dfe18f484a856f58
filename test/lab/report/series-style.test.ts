import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAPERS } from '../../../lab/report/report-style.ts';
import { SERIES_COLORS, seriesStyles } from '../../../lab/report/series-style.ts';
import { POLICY_NAMES } from '../../../shared/policy-names.ts';
import { fc } from '../../support/property.ts';

/** Relative luminance of WCAG 2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('every colour stands out from its paper by at least 3 to 1', () => {
  for (const pair of SERIES_COLORS) {
    for (const [at, paper] of PAPERS.entries()) {
      const [dark = 0, light = 0] = [luminance(pair[at] ?? ''), luminance(paper)].sort(
        (a, b) => a - b,
      );
      const contrast = (light + 0.05) / (dark + 0.05);
      assert.ok(contrast >= 3, `${pair[at]} on ${paper}: ${contrast.toFixed(2)}`);
    }
  }
});

test('a policy has its colour in every report, wherever it stands there', () => {
  const names = [...POLICY_NAMES, 'smart (overlap 0.5)', 'smart (overlap 2)'];
  const colors = new Map(
    seriesStyles(names).map(({ color }, at): [string, string] => [names[at]!, color]),
  );
  fc.assert(
    fc.property(fc.shuffledSubarray(names), (some) => {
      const styles = seriesStyles(some);
      assert.deepEqual(
        styles.map(({ color }) => color),
        some.map((name) => colors.get(name)),
      );
    }),
  );
});

test('no two policies have both colour and dashes, or colour and symbol, in common', () => {
  const styles = seriesStyles(POLICY_NAMES);
  const { length } = POLICY_NAMES;
  assert.equal(new Set(styles.map(({ color, dash }) => `${color} ${dash}`)).size, length);
  assert.equal(new Set(styles.map(({ color, symbol }) => `${color} ${symbol}`)).size, length);
});

test('no two of up to nine policies have both colour and dashes in common', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 9 }), (names) => {
      const looks = seriesStyles(names).map(({ color, dash }) => `${color} ${dash}`);
      assert.equal(new Set(looks).size, names.length);
    }),
  );
});
