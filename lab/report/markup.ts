/** HTML text that is safe to put into a page as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[];

/** A template of HTML: what is put into it is escaped, unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const pieces = parts.map((part, at) => {
    const value = values[at];
    return value === undefined ? part : part + textOf(value);
  });
  return new Markup(pieces.join(''));
}

/** `value` as JSON inside of a script element, which only an HTML parser could end early. */
export function scriptJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', String.raw`\u003c`));
}

/** Code for a script element. The closing tag can only stand in a string or a pattern of it. */
export function scriptCode(code: string): Markup {
  return new Markup(code.replace(/<\/(?=script)/gi, String.raw`<\/`));
}

function textOf(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('\n');
  return String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
