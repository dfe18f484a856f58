import { MAX_CONTENT_TOKENS } from './content.ts';
import {
  integerField,
  isIntegerIn,
  numberField,
  objectLine,
  type RowParser,
  show,
  TraceFault,
  type TraceRow,
} from './trace-row.ts';

/**
 * Mooncake JSONL, one request a line: `timestamp` (ms), `input_length`, `output_length` (tokens),
 * and `hash_ids`, one id per block of the prompt, the last block possibly partial. Without
 * `hash_ids` the prompt shares nothing. Optional, as in aiperf and Dynamo: `session_id` joins lines
 * to a session, and a later turn with `delay` (ms) arrives that long after the answer before it,
 * whatever its timestamp. Every line holds its whole prompt, history included.
 */
export class MooncakeParser implements RowParser {
  readonly #blockTokens: number;
  #ids = new Uint32Array(512);

  /** `blockTokens` is how many tokens one of the file's ids stands for. */
  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  parse(line: string, into: TraceRow): void {
    const row = objectLine(line);
    if (row.input_length === undefined && ('text_input' in row || 'messages' in row)) {
      throw new TraceFault('the prompt is text; expected input_length and hash_ids');
    }
    into.promptTokens = integerField(row, 'input_length', 1, MAX_CONTENT_TOKENS);
    into.outputTokens = integerField(row, 'output_length', 1, MAX_CONTENT_TOKENS);
    into.sessionKey = sessionKey(row.session_id);
    into.waits = into.sessionKey !== undefined && typeof row.delay === 'number';
    const time = into.waits ? 'delay' : 'timestamp';
    into.timeUs = Math.round(numberField(row, time, 0, 1e12) * 1000);
    this.#parseIds(row.hash_ids, into);
  }

  #parseIds(ids: unknown, into: TraceRow): void {
    into.content.clear();
    if (ids === undefined || ids === null) return;
    if (!Array.isArray(ids)) {
      throw new TraceFault(`hash_ids is ${show(ids)}; expected an array of integers`);
    }
    const blocks = Math.ceil(into.promptTokens / this.#blockTokens);
    if (ids.length !== blocks) {
      throw new TraceFault(
        `${ids.length} hash_ids for an input_length of ${into.promptTokens}; ` +
          `expected ${blocks}, one per ${this.#blockTokens} tokens`,
      );
    }
    if (this.#ids.length < blocks * 2) this.#ids = new Uint32Array(blocks * 4);
    for (let block = 0; block < blocks; block++) {
      const id: unknown = ids[block];
      if (!isIntegerIn(id, 0, Number.MAX_SAFE_INTEGER)) {
        throw new TraceFault(`hash_ids has ${show(id)}; expected integers from 0 to 2^53 - 1`);
      }
      this.#ids[block * 2] = id;
      this.#ids[block * 2 + 1] = id / 0x1_0000_0000;
    }
    into.content.assignBlocks(this.#ids, blocks, this.#blockTokens, into.promptTokens);
  }
}

function sessionKey(value: unknown): string | number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TraceFault(`session_id is ${show(value)}; expected a string or a number`);
}
