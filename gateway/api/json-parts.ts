import type { HeaderList } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings/settings.ts';
import type { Exchange } from '../http/exchange.ts';
import { PartsBody } from '../http/parts-body.ts';

/** What is made of a body of so many bytes is made at once. */
const AT_ONCE_BYTES = 8192;
const NO_HEADERS: HeaderList = [];

/** What the settings say of bodies in parts. */
export type PartsSettings = Pick<Settings, 'streamTimeoutSeconds'>;

/**
 * Sends JSON that is made in parts of at most 4 KiB: at once, if the body that asked for it is
 * short, else as the client takes it. An empty part is a part of the work.
 */
export function sendParts(
  exchange: Exchange,
  parts: Iterator<string, void, undefined>,
  bodyBytes: number,
  { streamTimeoutSeconds }: PartsSettings,
): void {
  if (bodyBytes > AT_ONCE_BYTES) {
    new PartsBody(exchange, parts, streamTimeoutSeconds).send('application/json', NO_HEADERS);
    return;
  }
  let json = '';
  for (let part = parts.next(); !part.done; part = parts.next()) json += part.value;
  exchange.sendJson(200, json);
}

/** Characters of which the JSON has less than 4 KiB, whatever they are. */
const CHARACTERS_AT_ONCE = 680;

/** A text as a JSON string, in parts. */
export function* textParts(text: string): Generator<string, void, undefined> {
  yield '"';
  yield* textInside(text);
  yield '"';
}

/** The same without the quotes. */
export function* textInside(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; at += CHARACTERS_AT_ONCE) {
    // Half of a pair that is cut here is escaped, and the halves make the character again.
    yield JSON.stringify(text.slice(at, at + CHARACTERS_AT_ONCE)).slice(1, -1);
  }
}
