import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAPERS } from '../../../../engine/replay/report/report-style.ts';
import { SERIES_COLORS, seriesStyle } from '../../../../engine/replay/report/series-style.ts';

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

test('no two of 72 policies have both colour and dashes in common', () => {
  const looks = Array.from({ length: 72 }, (_, index) => {
    const { color, dash } = seriesStyle(index);
    return `${color} ${dash}`;
  });
  assert.equal(new Set(looks).size, 72);
});

test('the first eight policies differ in their dashes alone, the first seven in their marks', () => {
  const styles = Array.from({ length: 8 }, (_, index) => seriesStyle(index));
  assert.equal(new Set(styles.map(({ dash }) => dash)).size, 8);
  assert.equal(new Set(styles.slice(0, 7).map(({ symbol }) => symbol)).size, 7);
});
