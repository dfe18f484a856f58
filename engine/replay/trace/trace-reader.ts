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
}

/** No line of a trace is longer, in UTF-16 code units. */
const LINE_LENGTH_MAX = 1 << 25;

/**
 * Reads a trace file, recognised by its first line: Mooncake JSONL, Azure CSV, or fakeai's own
 * JSONL. `chunks` are pieces of its text, cut anywhere: a stream of a file in UTF-8, decompressed
 * if it was compressed. Throws `TraceError` at the first line that it cannot take.
 */
export async function readTrace(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: TraceReaderOptions = {},
): Promise<TraceTable> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const builder = new TraceTableBuilder();
  await readRows(
    chunks,
    (row) => {
      builder.add(row);
      return builder.rows < limit;
    },
    options,
  );
  return builder.build();
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
  const lines = new TraceLines(visit, options);
  for await (const chunk of chunks) {
    if (!lines.push(chunk)) return;
  }
  lines.end(options.isCutShort?.() ?? false);
}

/** Cuts text into lines, finds out the format and parses each line. */
class TraceLines {
  readonly #visit: (row: TraceRow) => boolean;
  readonly #options: TraceReaderOptions;
  readonly #row = new TraceRow();
  #parser: RowParser | undefined;
  #rest = '';
  #lineNumber = 0;

  constructor(visit: (row: TraceRow) => boolean, options: TraceReaderOptions) {
    this.#visit = visit;
    this.#options = options;
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

  /** Takes a last line without a line end, unless it is cut short. An empty file is an error. */
  end(isCutShort: boolean): void {
    if (!isCutShort) this.#take(this.#rest);
    if (this.#parser === undefined) {
      throw new TraceError(1, 'the file is empty; expected a trace');
    }
  }

  #take(line: string): boolean {
    this.#lineNumber++;
    const text = line.trim();
    if (text === '') return true;
    try {
      if (this.#parser === undefined) {
        const { parser, isHeader } = recognise(text, this.#options);
        this.#parser = parser;
        if (isHeader) return true;
      }
      this.#parser.parse(text, this.#row);
      return this.#visit(this.#row);
    } catch (error) {
      if (error instanceof TraceFault) throw new TraceError(this.#lineNumber, error.message);
      throw error;
    }
  }
}

function recognise(
  line: string,
  options: TraceReaderOptions,
): { readonly parser: RowParser; readonly isHeader: boolean } {
  if (line === AZURE_HEADER) return { parser: new AzureParser(), isHeader: true };
  const header = parseRecordedHeader(line);
  if (header !== undefined) return { parser: new RecordedParser(header), isHeader: true };
  if (line.startsWith('{')) {
    return { parser: new MooncakeParser(options.mooncakeBlockTokens ?? 512), isHeader: false };
  }
  throw new TraceFault(
    `${show(line)} starts no trace; expected Mooncake JSONL, the header ${AZURE_HEADER}, ` +
      'or a fakeai trace',
  );
}
