import { isAscii, isUtf8 } from 'node:buffer';
import { type ApiError, apiError } from '../../shared/errors.ts';
import { excessOf } from '../text/json-bounds.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a body, or why it may not be parsed (`invalid_json`). */
export function textOfBody(bytes: Buffer, depthMax?: number): string | ApiError {
  const excess = excessOf(bytes, depthMax);
  if (excess !== undefined) return invalid(`it ${excess}`);
  return textOf(bytes) ?? invalid('it is not valid UTF-8');
}

/** The object that the text of a body must be, or what is wrong with it (`invalid_json`). */
export function parseJsonObject(text: string): JsonObject | ApiError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return notJson(text, error);
  }
  return isJsonObject(value) ? value : invalid('it is JSON, but not an object');
}

/** Undefined if the bytes are no UTF-8. ASCII, which most bodies are, is copied, not decoded. */
function textOf(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1');
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

function notJson(text: string, error: unknown): ApiError {
  if (text.trim() === '') return invalid('it is empty');
  if (text.startsWith('\ufeff')) return invalid('it begins with a byte order mark');
  return invalid(error instanceof Error ? error.message : String(error));
}

function invalid(reason: string): ApiError {
  return apiError('invalid_json', { reason });
}
