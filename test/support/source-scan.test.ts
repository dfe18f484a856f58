import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanSource } from './source-scan.ts';

/** The words of the scanned text that are code. */
function words(text: string): string[] {
  return scanSource(text).code.match(/\w+/g) ?? [];
}

test('comments, strings and regular expressions are no code', () => {
  assert.deepEqual(words('a; // b c\n/* d\n e */ f'), ['a', 'f']);
  assert.deepEqual(words(`a('b // c', "it's", 'd\\'e') + f`), ['a', 'f']);
  assert.deepEqual(words('a.replace(/b"[/\\]c]d/g, e)'), ['a', 'replace', 'e']);
  assert.deepEqual(words('a / b / c'), ['a', 'b', 'c']);
});

test('quotes stay, so that an empty argument can be told from a text', () => {
  assert.equal(scanSource("a('b', c`d`)").code, "a(' ', c` `)");
});

test('what a template literal interpolates is code, at any depth', () => {
  assert.deepEqual(words('`a ${b + `c ${d({ e: 1 })} f`} g` + h'), ['b', 'd', 'e', '1', 'h']);
  assert.deepEqual(words('`a \\` $ \\${b}` + c'), ['c']);
});

test('code and comments keep the length and the lines of the text', () => {
  const text = "const a = 'x'; // why\n/* more\nlines */ b(`${c}`);\n";
  const { code, comments } = scanSource(text);
  assert.equal(code.length, text.length);
  assert.equal(comments.length, text.length);
  assert.equal(code.split('\n').length, text.split('\n').length);
  assert.match(comments, /why\n\/\* more\nlines \*\//);
});

test('every form of import is found, and nothing that only looks like one', () => {
  const text = `
import a from './a.ts';
import { type B, c } from "./b.ts";
import {
  d,
} from './d.ts';
import type { E } from './e.ts';
import './f.ts';
export { g } from './g.ts';
const h = await import('./h.ts');
const i = require('./i.cjs');
// import './comment.ts';
const j = "import './string.ts'";
const k = Array.from('./word.ts');
`;
  assert.deepEqual(
    scanSource(text).imports.map(({ specifier }) => specifier),
    ['./a.ts', './b.ts', './d.ts', './e.ts', './f.ts', './g.ts', './h.ts', './i.cjs'],
  );
});
