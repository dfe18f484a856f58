import { MAX_CONTENT_TOKENS } from './content.ts';
import { type RowParser, setOutputTokens, show, TraceFault, type TraceRow } from './trace-row.ts';

/** The header by which the format is recognised. */
export const AZURE_HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';

const ROW =
  /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:\+00:00)?,(\d{1,9}),(\d{1,9})$/;

/**
 * Azure's LLM inference traces, CSV: time of the call (UTC, up to nine decimals), prompt and answer
 * tokens. Content is not known, so prompts share nothing. Times count from the first line, and are
 * negative in lines that are earlier.
 */
export class AzureParser implements RowParser {
  #startUs: number | undefined;

  parse(line: string, into: TraceRow): void {
    const match = ROW.exec(line);
    if (match === null) {
      throw new TraceFault(
        `${show(line)}; expected a line such as 2023-11-16 18:17:03.9799600,4808,10`,
      );
    }
    const [, year, month, day, hours, minutes, seconds, fraction = '', prompt, output] = match;
    const days = dayNumber(Number(year), Number(month), Number(day));
    const daySeconds = secondOfDay(Number(hours), Number(minutes), Number(seconds));
    const us = (days * 86_400 + daySeconds) * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6));
    this.#startUs ??= us;
    into.timeUs = us - this.#startUs;
    into.promptTokens = tokens('ContextTokens', Number(prompt), 1);
    setOutputTokens(into, tokens('GeneratedTokens', Number(output), 0));
    into.content.clear();
  }
}

function tokens(field: string, value: number, min: number): number {
  if (value >= min && value <= MAX_CONTENT_TOKENS) return value;
  throw new TraceFault(`${field} is ${value}; expected ${min} to ${MAX_CONTENT_TOKENS}`);
}

/** Days from 1970-01-01, or a fault if there is no such day. */
function dayNumber(year: number, month: number, day: number): number {
  const days = daysFromCivil(year, month, day);
  const [nextYear, nextMonth] = month === 12 ? [year + 1, 1] : [year, month + 1];
  const isMonth = month >= 1 && month <= 12;
  if (isMonth && day >= 1 && days < daysFromCivil(nextYear, nextMonth, 1)) return days;
  const date = [String(year).padStart(4, '0'), twoDigits(month), twoDigits(day)].join('-');
  throw new TraceFault(`there is no date ${date}; expected one of the calendar`);
}

function secondOfDay(hours: number, minutes: number, seconds: number): number {
  if (hours < 24 && minutes < 60 && seconds < 60) return hours * 3600 + minutes * 60 + seconds;
  const time = [hours, minutes, seconds].map(twoDigits).join(':');
  throw new TraceFault(`there is no time ${time}; expected 00:00:00 to 23:59:59`);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Days from 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + dayOfEra + dayOfYear - 719_468;
}
