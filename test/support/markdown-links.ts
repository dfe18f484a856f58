import { posix } from 'node:path';
import type { RepositoryFile } from './tidy-rules.ts';

/**
 * Relative links of a Markdown file that lead nowhere: to no file or folder of `files`, or to a
 * heading that the file at the other end does not have.
 */
export function brokenLinks(
  page: RepositoryFile,
  files: ReadonlyMap<string, RepositoryFile>,
): string[] {
  const targets = [...withoutCode(page.text).matchAll(/\]\(<?([^)\s>]+)/g)].map(
    ([, target]) => target ?? '',
  );
  return targets.filter((target) => !/^[a-z]+:/i.test(target) && !leadsTo(target, page, files));
}

function leadsTo(
  target: string,
  page: RepositoryFile,
  files: ReadonlyMap<string, RepositoryFile>,
): boolean {
  const [place = '', heading] = decodeURI(target).split('#', 2);
  const path = place === '' ? page.path : posix.join(posix.dirname(page.path), place);
  const file = files.get(path);
  if (file === undefined) {
    const folder = path.endsWith('/') ? path : `${path}/`;
    return heading === undefined && [...files.keys()].some((name) => name.startsWith(folder));
  }
  return heading === undefined || !path.endsWith('.md') || anchors(file.text).has(heading);
}

/** The anchors that GitHub gives the headings of a page. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let copy = 1; found.has(unique); copy++) unique = `${anchor}-${copy}`;
    found.add(unique);
  }
  return found;
}

function withoutCode(text: string): string {
  return withoutFences(text).replace(/`[^`\n]*`/g, '');
}

function withoutFences(text: string): string {
  return text.replace(/^ *(```+|~~~+)[\s\S]*?^ *\1/gm, '');
}
