import { MAX_CONTENT_TOKENS } from './content.ts';
import {
  type Fields,
  integerField,
  isIntegerIn,
  numberField,
  objectLine,
  type RowParser,
  setOutputTokens,
  show,
  TraceFault,
  type TraceRow,
} from './trace-row.ts';

/** What timestamps count, and in which range they do. */
interface Clock {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly unitUs: number;
}

const FROM_START: Clock = { name: 'milliseconds', min: -1e12, max: 1e12, unitUs: 1000 };
/** Of times from 2001 to 2286. From the start of a trace, the first would come after 11 days. */
const EPOCHS: readonly Clock[] = [
  { name: 'seconds of the epoch', min: 1e9, max: 1e10, unitUs: 1e6 },
  { name: 'milliseconds of the epoch', min: 1e12, max: 1e13, unitUs: 1000 },
];

/** Numbers of tokens that ids commonly stand for. */
const COMMON_BLOCKS = [16, 32, 64, 128, 256, 512, 1024, 2048] as const;

/**
 * Mooncake JSONL, one request a line: `timestamp` (ms), `input_length`, `output_length` (tokens),
 * and `hash_ids`, one id per block of the prompt, the last block possibly partial. Without
 * `hash_ids` the prompt shares nothing. Optional, as in aiperf and Dynamo: `session_id` joins lines
 * to a session, and a later turn with `delay` (ms) arrives that long after the answer before it,
 * whatever its timestamp. Every line holds its whole prompt, history included.
 *
 * Timestamps of the epoch, in seconds or milliseconds, are known by the first of them and count
 * from there.
 */
export class MooncakeParser implements RowParser {
  readonly #blockTokens: number;
  /** What timestamps are and where they start, known from the first one on. */
  #clock: Clock | undefined;
  #start = 0;
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
    setOutputTokens(into, integerField(row, 'output_length', 0, MAX_CONTENT_TOKENS));
    into.sessionKey = sessionKey(row.session_id);
    into.waits = into.sessionKey !== undefined && typeof row.delay === 'number';
    into.timeUs = into.waits
      ? Math.round(numberField(row, 'delay', 0, 1e12) * 1000)
      : this.#timestampUs(row);
    this.#parseIds(row.hash_ids, into);
  }

  #timestampUs(row: Fields): number {
    if (this.#clock === undefined) {
      const time = numberField(row, 'timestamp', FROM_START.min, 1e13);
      const epoch = EPOCHS.find(({ min, max }) => time >= min && time < max);
      this.#clock = epoch ?? FROM_START;
      this.#start = epoch === undefined ? 0 : time;
    }
    const { name, min, max, unitUs } = this.#clock;
    const time = row.timestamp;
    if (typeof time === 'number' && time >= min && time <= max) {
      return Math.round((time - this.#start) * unitUs);
    }
    throw new TraceFault(`timestamp is ${show(time)}; expected ${name}, as in the first line`);
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
          `expected ${blocks}, one per ${this.#blockTokens} tokens${fitting(ids.length, into.promptTokens)}`,
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

/** Which number of tokens per id would fit, where one of the common ones does. */
function fitting(ids: number, promptTokens: number): string {
  const fits = COMMON_BLOCKS.filter((tokens) => Math.ceil(promptTokens / tokens) === ids);
  const [tokens] = fits;
  return fits.length === 1 ? `; ids of ${tokens} tokens fit: --trace-block-size ${tokens}` : '';
}

function sessionKey(value: unknown): string | number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TraceFault(`session_id is ${show(value)}; expected a string or a number`);
}
