import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, scriptCode, scriptJson } from '../../../lab/report/markup.ts';

test('a template escapes what is put into it, in text and in attributes', () => {
  const hostile = `<img src=x onerror='a()'>&"`;
  const { text } = html`<p title="${hostile}">${hostile}</p>`;
  const escaped = '&#60;img src=x onerror=&#39;a()&#39;&#62;&#38;&#34;';
  assert.equal(text, `<p title="${escaped}">${escaped}</p>`);
});

test('markup stays as it is, alone and in lists', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  assert.equal(
    html`<ul>${items}</ul>${html`<hr>`}`.text,
    '<ul><li>a</li>\n<li>&#60;b&#62;</li></ul><hr>',
  );
});

test('JSON in a script element has no tag and no comment in it, and says the same', () => {
  const value = {
    name: '</script><script>alert(1)</script><!--',
    nested: ['<', '&', '"', '\u2028'],
  };
  const { text } = scriptJson(value);
  assert.doesNotMatch(text, /</);
  assert.deepEqual(JSON.parse(text), value);
});

test('code in a script element does not end it', () => {
  const { text } = scriptCode('x="</script>";y=/<\\/SCRIPT>/;z="</Script";a<b');
  assert.equal(text, 'x="<\\/script>";y=/<\\/SCRIPT>/;z="<\\/Script";a<b');
});
