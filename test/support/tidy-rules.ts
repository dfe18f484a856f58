import { posix } from 'node:path';
import { type SourceScan, scanSource } from './source-scan.ts';
import {
  COMPOSITION_ROOT,
  IMPURE,
  IMPURE_GLOBALS,
  IMPURE_MEMBERS,
  LAYERS,
  LINE_COLUMNS,
  OWNERS,
  PROGRAM,
  PURE,
  ROOT_MEMBERS,
  ROOT_MODULES,
  RULE_SAMPLES,
  within,
} from './tidy-policy.ts';

/** One file of the repository, path relative to its root. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

export interface ScannedFile extends RepositoryFile, SourceScan {}

/** A breach of a rule: where in the text it begins and what is wrong there. */
interface Breach {
  readonly offset: number;
  readonly what: string;
}

export interface Rule {
  /** The law. */
  readonly name: string;
  /** What to do about a breach. */
  readonly fix: string;
  /** A file that breaks the rule once, which proves that the rule can fail. */
  readonly offender: RepositoryFile;
  readonly breaches: (file: ScannedFile) => readonly Breach[];
}

/** The file with what its code says; a file of another language has neither code nor comments. */
export function scanFile(file: RepositoryFile): ScannedFile {
  const scan = isSource(file.path)
    ? scanSource(file.text)
    : { code: '', comments: '', imports: [] };
  return { ...file, ...scan };
}

/** Breaches of `rule` in `file` as `path:line: what`. */
export function findBreaches(rule: Rule, file: ScannedFile): string[] {
  if (within(file.path, RULE_SAMPLES)) return [];
  return rule.breaches(file).map(({ offset, what }) => {
    const line = file.text.slice(0, offset).split('\n').length;
    return `${file.path}:${line}: ${what}`;
  });
}

export const RULES: readonly Rule[] = [
  {
    name: 'imports go one way through the layers',
    fix: 'Move the code, or meet in shared/protocol.ts. The map is LAYERS in tidy-policy.ts.',
    offender: {
      path: 'engine/router/cost.ts',
      text: "import type { PrefixCache } from '../kv/prefix-cache.ts';",
    },
    breaches: (file) => {
      if (!isSource(file.path)) return [];
      const layer = Object.keys(LAYERS).find((place) => within(file.path, [place]));
      if (layer === undefined) return [{ offset: 0, what: 'is in no layer' }];
      return file.imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier, offset }) => ({
          target: posix.join(posix.dirname(file.path), specifier),
          offset,
        }))
        .filter(({ target }) => !within(target, LAYERS[layer] ?? []))
        .map(({ target, offset }) => ({ offset, what: `${layer} may not import ${target}` }));
    },
  },
  {
    name: 'the program imports a package only where it is at home',
    fix: 'Call the module that owns the package. The list is OWNERS in tidy-policy.ts.',
    offender: { path: 'engine/worker/worker.ts', text: "import { pack } from 'msgpackr';" },
    breaches: (file) => {
      if (!within(file.path, PROGRAM)) return [];
      return file.imports
        .filter(({ specifier }) => !specifier.startsWith('.'))
        .filter(({ specifier }) => !mayImport(file.path, specifier))
        .map(({ specifier, offset }) => ({ offset, what: `may not import ${specifier}` }));
    },
  },
  {
    name: 'shared and engine know no clock, timer, random source, process or console',
    fix: 'Take nowUs, draw from an Rng, return the next wake-up, an effect or a counter.',
    offender: {
      path: 'engine/worker/worker.ts',
      text: 'const nowUs = `${globalThis.performance.now()}`; // not the Date here',
    },
    breaches: (file) =>
      within(file.path, PURE) && !within(file.path, IMPURE)
        ? matches(file.code, IMPURE_NAME, (name) => `uses ${name}`)
        : [],
  },
  {
    name: 'only the composition root reads environment, arguments and files, or exits',
    fix: 'Read it in cli/main.ts, cli.ts or text-file.ts and pass the value on.',
    offender: { path: 'gateway/http/app.ts', text: 'if (process.env) throw new Error();' },
    breaches: (file) => {
      if (!within(file.path, PROGRAM) || within(file.path, COMPOSITION_ROOT)) return [];
      const files = file.imports
        .filter(({ specifier }) => ROOT_MODULES.includes(specifier))
        .map(({ specifier, offset }) => ({ offset, what: `imports ${specifier}` }));
      return [...files, ...matches(file.code, ROOT_PRIVILEGE, (name) => `uses ${name}`)];
    },
  },
  {
    name: `comments end within ${LINE_COLUMNS} columns`,
    fix: 'Break the line; the formatter sees to code, but not to comments. A URL may stand out.',
    offender: { path: 'shared/units.ts', text: `// ${'long '.repeat(20)}` },
    breaches: (file) =>
      matches(file.comments, LONG_COMMENT, (line) => `has ${[...line].length} columns`),
  },
  {
    name: 'nothing is left to be done later',
    fix: 'Do it now, or delete the marker.',
    offender: { path: 'docs/architecture.md', text: 'TODO: describe the router.' },
    breaches: (file) => matches(file.text, /\b(?:TODO|FIXME|XXX)\b/g, (word) => `says ${word}`),
  },
  {
    name: 'comments name no issue',
    fix: 'State the reason itself.',
    offender: { path: 'shared/rng.ts', text: 'const seed = 1; // see #12' },
    breaches: (file) =>
      matches(
        file.comments,
        /(?<!\S)#\d+\b|\bissue \d+|\bpull request \d+/gi,
        (id) => `names ${id}`,
      ),
  },
  {
    name: 'every test runs, or says why not',
    fix: 'Remove the marker, or call t.skip with the reason inside the test.',
    offender: {
      path: 'test/shared/rng.test.ts',
      text: "test.skip('draws are uniform', () => {});",
    },
    breaches: (file) =>
      within(file.path, ['test/'])
        ? matches(
            file.code,
            /\b(?:test|it|suite|describe)\.(?:only|skip|todo)\b|\.(?:skip|todo)\(\s*\)|\b(?:only|skip|todo): true\b/g,
            (marker) => `has ${marker}`,
          )
        : [],
  },
  {
    name: 'random tests draw from the common seed',
    fix: 'Import fc or SEED from test/support/property.ts: each run of npm test is then the same.',
    offender: { path: 'test/shared/rng.test.ts', text: "import fc from 'fast-check';" },
    breaches: (file) =>
      within(file.path, ['test/']) && file.path !== 'test/support/property.ts'
        ? [
            ...file.imports
              .filter(({ specifier }) => specifier === 'fast-check')
              .map(({ offset }) => ({ offset, what: 'imports fast-check' })),
            ...matches(file.code, /\bMath\.random\b/g, () => 'uses Math.random'),
          ]
        : [],
  },
  {
    name: 'no file knows the machine it was written on',
    fix: 'Use a path relative to the repository, or os.tmpdir() through mkdtemp.',
    offender: { path: 'README.md', text: 'Run it in /home/me/fakeai.' },
    breaches: (file) =>
      matches(file.text, /(?<![\w.-])\/(?:work|tmp|root|home)\/\w*/g, (path) => `names ${path}`),
  },
];

/** One of the globals itself, not a property or a field of its name. */
const IMPURE_NAME = new RegExp(
  [
    String.raw`(?:\bglobalThis\.|(?<![\w$.]))(?:${IMPURE_GLOBALS.join('|')})\b(?!\??:)`,
    ...IMPURE_MEMBERS.map((member) => String.raw`\b${member.replace('.', String.raw`\.`)}\b`),
  ].join('|'),
  'g',
);
const ROOT_PRIVILEGE = new RegExp(String.raw`\bprocess\.(?:${ROOT_MEMBERS.join('|')})\b`, 'g');
const LONG_COMMENT = new RegExp(`^(?!.*://).{${LINE_COLUMNS},}\\S`, 'gmu');

function isSource(path: string): boolean {
  return /\.(?:ts|mjs)$/.test(path);
}

function mayImport(path: string, specifier: string): boolean {
  const name = specifier.startsWith('@')
    ? specifier.split('/', 2).join('/')
    : (specifier.split('/', 1)[0] ?? specifier);
  const owners = OWNERS[name];
  if (owners !== undefined) return within(path, owners);
  return name.startsWith('node:') && (!within(path, PURE) || within(path, IMPURE));
}

function matches(text: string, pattern: RegExp, describe: (match: string) => string): Breach[] {
  return [...text.matchAll(pattern)].map((match) => ({
    offset: match.index,
    what: describe(match[0]),
  }));
}
