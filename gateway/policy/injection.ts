const COMMANDS = 'rm|cat|curl|wget|nc|chmod|chown|python|perl|bash|sh';

/**
 * What has no place in a path, a name or an id, and is there when somebody tries a server for
 * holes. Each asks for more than a word or a sign that prose and names have too. White space is one
 * blank, and no two parts of a pattern match the same characters in a row, so that a long text
 * takes time in proportion to its length.
 */
const PATTERNS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a script', /<[ /]{0,3}(?:script|iframe|object|embed|svg|img)\b/i],
  ['a script', /\bjavascript:/i],
  ['a script', /\bon(?:error|load|click|mouseover|focus) ?= ?['"]?\w{1,40}[(.]/i],
  ['an SQL statement', /\bunion (?:all )?select\b/i],
  ['an SQL statement', /['";] ?(?:drop|truncate|alter) (?:table|database|schema|user)\b/i],
  ['an SQL statement', /['";] ?(?:delete from|insert into|update \w{1,40} set|exec [xs]p_)/i],
  ['an SQL statement', /['"] ?(?:or|and) ['"]?(\w{1,20})['"]? ?= ?['"]?\1\b/i],
  ['a shell command', new RegExp(`(?:[;&|\`]|\\$\\() ?(?:${COMMANDS}) (?:-|/|~|\\.|https?:)`, 'i')],
  ['a shell command', /\$\( ?[a-z]{1,40}[ )]|\| ?(?:ba|z)?sh$/i],
  ['a lookup', /\$\{(?:jndi|env|sys):/i],
  ['a path out of its folder', /(?:^|[\\/])\.\.(?:[\\/]|$)/],
  ['a path of the system', /\/etc\/(?:passwd|shadow)\b|\bc:\\windows\b/i],
  ['a zero byte', /\0/],
];

/** What kind of injection `text` has in it, in words; undefined if none. */
export function injectionIn(text: string): string | undefined {
  const flat = text.replace(/\s+/g, ' ');
  return PATTERNS.find(([, pattern]) => pattern.test(flat))?.[0];
}
