import { Content } from './content.ts';

/** One line of a trace file, as a parser of its format fills it in. Reused. */
export class TraceRow {
  /** Arrival from the start of the trace; for a row that waits, the think time after the answer. */
  timeUs = 0;
  /** Whether the row's request arrives after the answer to the turn before it in its session. */
  waits = false;
  promptTokens = 1;
  outputTokens = 1;
  /** Whether the file has no output token for it, where `outputTokens` is the least there is, 1. */
  isAnswerEmpty = false;
  /** Key of the session within the file; rows without one are sessions of one turn. */
  sessionKey: string | number | undefined;
  /** The part of prompt and answer that the file names; what lies beyond is the row's own. */
  readonly content = new Content();
}

/** Reads the lines of one format. `line` is neither empty nor the header. Throws `TraceFault`. */
export interface RowParser {
  parse(line: string, into: TraceRow): void;
}

/** What is wrong with a line, thrown by a parser that does not know the line's number. */
export class TraceFault extends Error {
  override readonly name = 'TraceFault';
}

/** A trace file that cannot be read: where, what is there, and what was expected. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /** Number of the line, from 1. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.line = line;
  }
}

/** A line as an object whose fields are not yet checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value of `field` if it is an integer in the range, else a fault. */
export function integerField(fields: Fields, field: string, min: number, max: number): number {
  const value = fields[field];
  if (isIntegerIn(value, min, max)) return value;
  throw new TraceFault(`${field} is ${show(value)}; expected an integer from ${min} to ${max}`);
}

/**
 * Sets the tokens of the answer, which may be 0: requests that were aborted, or given no answer.
 * Their prompts were computed all the same, which takes as long as it does with a first token.
 */
export function setOutputTokens(row: TraceRow, tokens: number): void {
  row.isAnswerEmpty = tokens === 0;
  row.outputTokens = Math.max(1, tokens);
}

/** The value of `field` if it is a number in the range, else a fault. */
export function numberField(fields: Fields, field: string, min: number, max: number): number {
  const value = fields[field];
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new TraceFault(`${field} is ${show(value)}; expected a number from ${min} to ${max}`);
}

export function isIntegerIn(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

/** The object that the line holds. */
export function objectLine(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new TraceFault(`${show(line)} is not JSON; expected one object a line`);
  }
  if (!isRecord(value)) throw new TraceFault(`${show(line)}; expected one JSON object a line`);
  return value;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of the file for a message: short, and on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
