import { type ApiError, apiError } from '../../shared/errors.ts';

/** Levels of nesting that a body may have. */
export const JSON_DEPTH_MAX = 128;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a request body must be, or what is wrong with it (`invalid_json`). */
export function parseJsonObject(text: string): JsonObject | ApiError {
  if (isTooDeep(text, JSON_DEPTH_MAX)) {
    const reason = `it is nested deeper than ${JSON_DEPTH_MAX} levels`;
    return apiError('invalid_json', { reason });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return notJson(text, error);
  }
  if (isJsonObject(value)) return value;
  return apiError('invalid_json', { reason: 'it is JSON, but not an object' });
}

function notJson(text: string, error: unknown): ApiError {
  if (text.trim() === '') return apiError('invalid_json', { reason: 'it is empty' });
  const reason = error instanceof Error ? error.message : String(error);
  return apiError('invalid_json', { reason });
}

/**
 * Whether JSON text is nested deeper than `limit`. To be asked before it is parsed: the parser
 * takes a microsecond for each level, which makes seconds of a body of brackets. Nearly every body
 * has too few brackets for that, which a search finds out without looking at each character.
 */
export function isTooDeep(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  const room = limit - countUpTo(text, '[', limit + 1);
  if (room >= countUpTo(text, '{', room + 1)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > limit) return true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--;
    }
  }
  return false;
}

function countUpTo(text: string, bracket: string, limit: number): number {
  let count = 0;
  let at = text.indexOf(bracket);
  while (at >= 0 && count < limit) {
    count++;
    at = text.indexOf(bracket, at + 1);
  }
  return count;
}

/** Strings up to this length are cheaper to walk than to search. */
const SHORT_STRING = 16;

/** Index of the quote that closes the string which opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (const near = at + SHORT_STRING; at < near; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  for (let end = text.indexOf('"', at); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
