import type { RepositoryFile } from './tidy-rules.ts';

/**
 * Where the map at the head of `page` and the tree differ: places that it names and that are not
 * there, and files and folders of the rooms in `rooms` that it does not name. A line of the map
 * begins with the names that it is about; those of a room's parts are indented.
 */
export function mapGaps(
  page: RepositoryFile,
  paths: Iterable<string>,
  rooms: readonly string[],
): string[] {
  const places = placesOf(paths);
  const named = new Set<string>();
  let room = '';
  for (const line of page.text.split('```')[1]?.split('\n') ?? []) {
    const [, indent = '', names = ''] = /^( *)((?:[\w-]+(?:\/|\.ts)(?: |$))*)/.exec(line) ?? [];
    if (indent === '' && names !== '') room = '';
    for (const name of names.split(' ').filter(Boolean)) named.add(room + name);
    if (indent === '' && names !== '') room = names.trim();
  }
  const inRooms = [...places].filter((place) => rooms.some((name) => isPartOf(place, name)));
  return [
    ...[...named].filter((place) => !places.has(place)).map((place) => `${place} is not there`),
    ...inRooms.filter((place) => !named.has(place)).map((place) => `${place} is not on the map`),
  ];
}

/** Whether `place` is a file or a folder of `room`, and not of a folder in it. */
function isPartOf(place: string, room: string): boolean {
  return /^[^/]+\/?$/.test(place.startsWith(room) ? place.slice(room.length) : '');
}

/**
 * Paths in the code spans of `page` that begin with a folder at the root of the repository, and
 * lead nowhere in it.
 */
export function missingPaths(page: RepositoryFile, paths: Iterable<string>): string[] {
  const places = placesOf(paths);
  const prose = page.text.replace(/^ *(```+|~~~+)[\s\S]*?^ *\1/gm, '');
  return [...prose.matchAll(/`([a-z]+\/)([a-z0-9./-]*)`/g)]
    .filter(([, root = '']) => places.has(root))
    .map(([, root = '', rest = '']) => root + rest)
    .filter((path) => !places.has(path) && !places.has(`${path}/`));
}

/** All files, and the folders that they are in with a `/` at the end. */
function placesOf(paths: Iterable<string>): Set<string> {
  const places = new Set<string>();
  for (const path of paths) {
    places.add(path);
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      places.add(path.slice(0, at + 1));
    }
  }
  return places;
}
