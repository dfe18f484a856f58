/** Characters of a message in which values are looked for. */
const LENGTH_MAX = 4000;
const WORD_LENGTH_MAX = 64;

/**
 * Values that the last message of a user offers to arguments: numbers, ISO dates, addresses,
 * quoted texts, capitalised words. Each is given once.
 */
export class MessageValues {
  readonly #numbers: number[] = [];
  readonly #dates: string[] = [];
  readonly #emails: string[] = [];
  readonly #texts: string[] = [];

  constructor(message: string) {
    const text = message.slice(0, LENGTH_MAX);
    const quoted = text.split('"').filter((_, at) => at % 2 === 1);
    this.#texts.push(...quoted.filter((part) => part !== '' && part.length <= WORD_LENGTH_MAX));
    const names: string[] = [];
    let isFirst = true;
    for (const part of text.split(/\s+/)) {
      const word = part.replace(/^["'(]+|[.,;:!?"')]+$/g, '');
      const isSentenceStart = isFirst;
      isFirst = /[.!?]$/.test(part);
      if (word === '' || word.length > WORD_LENGTH_MAX) continue;
      if (/^-?\d+(\.\d+)?$/.test(word)) this.#numbers.push(Number(word));
      else if (/^\d{4}-\d{2}-\d{2}$/.test(word)) this.#dates.push(word);
      else if (/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(word)) this.#emails.push(word);
      else if (/^\p{Lu}[\p{L}-]+$/u.test(word) && !isSentenceStart) names.push(word);
    }
    this.#texts.push(...names);
  }

  number(isGood: (value: number) => boolean): number | undefined {
    return taken(this.#numbers, isGood);
  }

  text(format: string | undefined, isGood: (value: string) => boolean): string | undefined {
    if (format === 'date') return taken(this.#dates, (date) => isDate(date) && isGood(date));
    if (format === 'email') return taken(this.#emails, isGood);
    return format === undefined ? taken(this.#texts, isGood) : undefined;
  }
}

function taken<Value>(values: Value[], isGood: (value: Value) => boolean): Value | undefined {
  const at = values.findIndex(isGood);
  return at < 0 ? undefined : values.splice(at, 1)[0];
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
