import { AZURE_HEADER, AzureParser } from './azure.ts';
import { MooncakeParser } from './mooncake.ts';
import { parseRecordedHeader, RecordedParser } from './recorded.ts';
import { type RowParser, show, TraceError, TraceFault, TraceRow } from './trace-row.ts';
import { type TraceTable, TraceTableBuilder } from './trace-table.ts';

export interface TraceReaderOptions {
  /** Tokens per id of a Mooncake file; 512 in the published traces. */
  readonly mooncakeBlockTokens?: number;
  /** Stops after so many requests, at least 1, without reading on. */
  readonly limit?: number;
  /** Asked at the end: whether the text was cut short, so that a line without an end is none. */
  readonly isCutShort?: () => boolean;
  /** Leaves out lines that make no sense, instead of ending at the first. */
  readonly skipBad?: boolean;
}

/** What a trace file holds. */
export interface TraceFile {
  readonly table: TraceTable;
  /** Tokens per block that the file names; undefined where it names none. */
  readonly blockTokens: number | undefined;
  readonly badLines: BadLines;
  /** Requests without an output token, which are taken to have 1. */
  readonly emptyAnswers: number;
}

/** Lines that were left out: how many, and what was wrong with the first. */
export interface BadLines {
  readonly count: number;
  readonly first: TraceError | undefined;
}

/** No line of a trace is longer, in UTF-16 code units. */
const LINE_LENGTH_MAX = 1 << 25;

/**
 * Reads a trace file, recognised by its first line: Mooncake JSONL, Azure CSV, or fakeai's own
 * JSONL. `chunks` are pieces of its text, cut anywhere: a stream of a file in UTF-8, decompressed
 * if it was compressed. Throws `TraceError` at the first line that it cannot take, unless those are
 * left out, and where there is no request.
 */
export async function readTraceFile(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: TraceReaderOptions = {},
): Promise<TraceFile> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const builder = new TraceTableBuilder();
  let emptyAnswers = 0;
  const lines = await readLines(
    chunks,
    (row) => {
      builder.add(row);
      if (row.isAnswerEmpty) emptyAnswers++;
      return builder.rows < limit;
    },
    options,
  );
  const { blockTokens, badLines } = lines;
  return { table: builder.build(), blockTokens, badLines, emptyAnswers };
}

/** The requests of a trace file alone, see `readTraceFile`. */
export async function readTrace(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: TraceReaderOptions = {},
): Promise<TraceTable> {
  const { table } = await readTraceFile(chunks, options);
  return table;
}

/**
 * Reads the rows of a trace file one by one, in constant memory. `visit` gets the same row object
 * every time and returns whether to read on; the `TraceFault` that it throws is given the line.
 */
export async function readRows(
  chunks: AsyncIterable<string> | Iterable<string>,
  visit: (row: TraceRow) => boolean,
  options: TraceReaderOptions = {},
): Promise<void> {
  await readLines(chunks, visit, options);
}

async function readLines(
  chunks: AsyncIterable<string> | Iterable<string>,
  visit: (row: TraceRow) => boolean,
  options: TraceReaderOptions,
): Promise<TraceLines> {
  const lines = new TraceLines(visit, options);
  for await (const chunk of chunks) {
    if (!lines.push(chunk)) return lines;
  }
  lines.end(options.isCutShort?.() ?? false);
  return lines;
}

/** A format, as its first line tells it. */
interface Format {
  readonly parser: RowParser;
  readonly blockTokens: number | undefined;
  /** The first line is no request. */
  readonly isHeader: boolean;
}

/** Cuts text into lines, finds out the format and parses each line. */
class TraceLines {
  readonly #visit: (row: TraceRow) => boolean;
  readonly #options: TraceReaderOptions;
  readonly #row = new TraceRow();
  #format: Format | undefined;
  #rest = '';
  #lineNumber = 0;
  #rows = 0;
  #badLines = 0;
  #firstBad: TraceError | undefined;

  constructor(visit: (row: TraceRow) => boolean, options: TraceReaderOptions) {
    this.#visit = visit;
    this.#options = options;
  }

  get blockTokens(): number | undefined {
    return this.#format?.blockTokens;
  }

  get badLines(): BadLines {
    return { count: this.#badLines, first: this.#firstBad };
  }

  /** Takes the next piece of text. False once the visitor has had enough. */
  push(chunk: string): boolean {
    const text = this.#rest + chunk;
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n', start);
      if (end === -1) break;
      if (!this.#take(text.slice(start, end))) return false;
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > LINE_LENGTH_MAX) {
      throw new TraceError(this.#lineNumber + 1, `longer than ${LINE_LENGTH_MAX} characters`);
    }
    return true;
  }

  /** Takes a last line without a line end, unless it is cut short. No request is an error. */
  end(isCutShort: boolean): void {
    if (!isCutShort) this.#take(this.#rest);
    if (this.#rows > 0) return;
    if (this.#firstBad !== undefined) throw this.#firstBad;
    if (this.#format === undefined) throw new TraceError(1, 'the file is empty; expected a trace');
    throw new TraceError(1, 'the file has a header and no request; expected a line for each');
  }

  #take(line: string): boolean {
    this.#lineNumber++;
    const text = line.trim();
    if (text === '') return true;
    try {
      if (this.#format === undefined) {
        this.#format = recognise(text, this.#options);
        if (this.#format.isHeader) return true;
      }
      this.#format.parser.parse(text, this.#row);
      const isMoreWanted = this.#visit(this.#row);
      this.#rows++;
      return isMoreWanted;
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      const bad = new TraceError(this.#lineNumber, error.message);
      if (this.#options.skipBad !== true) throw bad;
      this.#badLines++;
      this.#firstBad ??= bad;
      return true;
    }
  }
}

function recognise(line: string, options: TraceReaderOptions): Format {
  if (line === AZURE_HEADER) {
    return { parser: new AzureParser(), blockTokens: undefined, isHeader: true };
  }
  const header = parseRecordedHeader(line);
  if (header !== undefined) {
    return { parser: new RecordedParser(header), blockTokens: header.blockSize, isHeader: true };
  }
  if (line.startsWith('{')) {
    const { mooncakeBlockTokens = 512 } = options;
    const parser = new MooncakeParser(mooncakeBlockTokens);
    return { parser, blockTokens: mooncakeBlockTokens, isHeader: false };
  }
  throw new TraceFault(
    `${show(line)} starts no trace; expected Mooncake JSONL, the header ${AZURE_HEADER}, ` +
      'or a fakeai trace',
  );
}
