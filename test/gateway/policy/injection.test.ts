import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { injectionIn } from '../../../gateway/policy/injection.ts';
import { fc } from '../../support/property.ts';

const ATTACKS: Readonly<Record<string, readonly string[]>> = {
  'a script': [
    '<script>alert(1)</script>',
    '< /script',
    '<IMG src=x onerror=alert(1)>',
    'javascript:alert(1)',
    'x" onload="fetch(1)',
  ],
  'an SQL statement': [
    "' OR 1=1 --",
    `" or 'a'='a`,
    "x'; DROP   TABLE users",
    '1 UNION\tALL\nSELECT password',
    'x; delete from keys',
    '; update users set name = 1',
  ],
  'a shell command': ['x; rm -rf /', '$(whoami)', '`cat ~/.ssh/id', '| curl http://x', 'x | sh'],
  'a lookup': [`\${jndi:ldap://x}`],
  'a path out of its folder': ['../../secret', 'a/../b', '..\\windows', '..'],
  'a path of the system': ['/etc/passwd'],
  'a zero byte': ['model\0'],
};

const HARMLESS = [
  ...['gpt-4o', 'meta-llama/Llama-3.1-8B-Instruct', 'ft:gpt-4o:acme::abc', 'model..v2', 'a;b'],
  ...['o.brien@example.com', 'user|42', 'C:\\models\\llama', './models/llama', 'Tom & Jerry'],
  ...["rock 'n' roll", "it's one or the other", 'dog; cat and mouse', 'drop table reservations'],
  ...['select a union or a club', 'a < b && c > d; return x', '1 = 1', 'costs $(5) and ${6}'],
  ...[
    'update the set; delete it; insert more',
    '日本語のモデル',
    'модель',
    '🦙',
    "l'été et l'hiver",
  ],
];

describe('injection', () => {
  it('is found, and named', () => {
    for (const [what, texts] of Object.entries(ATTACKS)) {
      for (const text of texts) assert.equal(injectionIn(text), what, text);
    }
  });

  it('is not what names, ids and prose have too', () => {
    for (const text of HARMLESS) assert.equal(injectionIn(text), undefined, text);
    for (const file of ['README.md', 'docs/router.md', 'docs/validation.md']) {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        if (line.includes('`') || line.includes('](') || line.includes('<img')) continue;
        assert.equal(injectionIn(line), undefined, line);
      }
    }
  });

  it('is not in any text of letters, digits and marks, whatever the script', () => {
    const letters = fc.stringMatching(/^[\p{L}\p{N}\p{M} ,.:_-]*$/u);
    fc.assert(
      fc.property(letters, (text) => {
        fc.pre(!/(^|\/)\.\.($|\/)|javascript:|union/i.test(text));
        assert.equal(injectionIn(text), undefined);
      }),
    );
  });
});
