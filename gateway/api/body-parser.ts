import type { Static, TObject } from '@sinclair/typebox';
import { ApiError } from '../../shared/errors.ts';
import type { InputChecks } from '../policy/input-checks.ts';
import type { SlicedWork } from '../prompt/sliced-work.ts';
import { type JsonObject, parseJsonObject, textOfBody } from './json-body.ts';
import type { BodySchema } from './schema/body-schema.ts';

/** A longer body takes a turn of the event loop each for its bytes, its JSON and its schema. */
const PARSED_AT_ONCE_BYTES = 65_536;

/** Makes of the bytes of a body what an endpoint takes, of a long one in several turns. */
export class BodyParser<Body extends TObject> {
  readonly #schema: BodySchema<Body>;
  readonly #checks: InputChecks | undefined;

  /** `checks` are asked before the schema, where there are any. */
  constructor(schema: BodySchema<Body>, checks?: InputChecks) {
    this.#schema = schema;
    this.#checks = checks;
  }

  /** Whether a body of so many bytes is short enough for `parse`. */
  isShort(bytes: number): boolean {
    return bytes <= PARSED_AT_ONCE_BYTES;
  }

  /** The body, which asks for `model` if that is given, or what is wrong with it. */
  parse(bytes: Buffer, model?: string): Static<Body> | ApiError {
    const text = textOfBody(bytes, this.#checks?.depthMax);
    const json = text instanceof ApiError ? text : this.#checkedJson(text, model);
    return json instanceof ApiError ? json : this.#schema.parse(json);
  }

  /**
   * The same, in turns, as long as `isWanted`; undefined if it no longer is. `bytes` are read
   * before this returns.
   */
  async parseInTurns(
    bytes: Buffer,
    work: SlicedWork,
    isWanted: () => boolean,
    model?: string,
  ): Promise<Static<Body> | ApiError | undefined> {
    const text = textOfBody(bytes, this.#checks?.depthMax);
    if (text instanceof ApiError) return text;
    let json: JsonObject | ApiError | undefined;
    let body: Static<Body> | ApiError | undefined;
    await work.run(() => {
      if (!isWanted()) return true;
      if (json === undefined) {
        json = this.#checkedJson(text, model);
        return false;
      }
      body = json instanceof ApiError ? json : this.#schema.parseLong(json);
      return true;
    });
    return body;
  }

  #checkedJson(text: string, model: string | undefined): JsonObject | ApiError {
    const json = parseJsonObject(text);
    if (json instanceof ApiError) return json;
    const body = model === undefined ? json : { ...json, model };
    if (this.#checks === undefined) return body;
    return this.#checks.refusalOfBody(body) ?? body;
  }
}
