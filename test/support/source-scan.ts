/** What the repository's own rules need to know of a TypeScript file, without a compiler. */
export interface SourceScan {
  /** The text, as long as before, with blanks for comments and for what stands in quotes. */
  readonly code: string;
  /** The same the other way round: only the comments. */
  readonly comments: string;
  /** What static and dynamic imports and re-exports name, types included. */
  readonly imports: readonly { readonly specifier: string; readonly offset: number }[];
}

const COMMENT = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const STRING = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"`;

/** A `/` opens a regular expression only where no operand can stand before it. */
const REGEX = String.raw`(?<=(?:^|[(,=:[!&|?{};\n])\s*|\breturn )\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*`;

/** Whatever is not plain code, and the braces, which may end an interpolation. */
const PIECE = new RegExp(`${COMMENT}|${STRING}|${REGEX}|[\`{}]`, 'g');

/** The rest of a template literal, up to its end or to the next interpolation. */
const TEMPLATE_REST = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;

const LONGEST_IMPORT_WORDS = 40;
const BEFORE_SPECIFIER = /(?<![.\w])(?:from\s*|(?:import|require)\s*\(?\s*)$/;

/** Splits a source text that compiles into code, comments and imports. */
export function scanSource(text: string): SourceScan {
  const imports: { specifier: string; offset: number }[] = [];
  /** Open braces, innermost last; `true` for the `${` of a template literal. */
  const braces: boolean[] = [];
  let code = '';
  let comments = '';
  let at = 0;
  const take = (end: number, kind: 'code' | 'comment' | 'text') => {
    const piece = text.slice(at, end);
    const blank = piece.replace(/[^\n]/g, ' ');
    code += kind === 'code' ? piece : blank;
    comments += kind === 'comment' ? piece : blank;
    at = end;
  };
  const takeTemplate = () => {
    TEMPLATE_REST.lastIndex = at;
    const rest = TEMPLATE_REST.exec(text)?.[0] ?? text.slice(at);
    take(at + rest.length - 1, 'text');
    take(at + 1, 'code');
    if (rest.endsWith('{')) braces.push(true);
  };
  for (;;) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(text);
    take(match?.index ?? text.length, 'code');
    if (match === null) return { code, comments, imports };
    const [piece] = match;
    if (/^['"]/.test(piece)) {
      if (BEFORE_SPECIFIER.test(code.slice(-LONGEST_IMPORT_WORDS))) {
        imports.push({ specifier: piece.slice(1, -1), offset: at });
      }
      take(at + 1, 'code');
      take(at + piece.length - 2, 'text');
      take(at + 1, 'code');
    } else if (piece.length > 1) {
      take(at + piece.length, /^\/[/*]/.test(piece) ? 'comment' : 'text');
    } else {
      take(at + 1, 'code');
      if (piece === '{') braces.push(false);
      else if (piece === '`' || braces.pop() === true) takeTemplate();
    }
  }
}
