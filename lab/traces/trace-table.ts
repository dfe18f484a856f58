import { U32List } from '../../shared/u32-list.ts';
import { type TimeUs, timeUs } from '../../shared/units.ts';
import { nameSpace, SEGMENT_WORDS } from './content.ts';
import { TraceFault, type TraceRow } from './trace-row.ts';
import type { TraceRequest, TraceSource } from './trace-source.ts';

/**
 * A whole trace in columns of shared memory, so that the tasks of a sweep replay one copy. Plain
 * data: it can be posted to other threads as it is. Takes 49 bytes a request and 12 a segment.
 */
export interface TraceTable {
  /** Arrival, or think time of a row that waits, in microseconds. */
  readonly timeUs: Float64Array;
  /** 1 for a row whose request arrives after the answer to the turn before it. */
  readonly waits: Uint8Array;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
  readonly session: Uint32Array;
  readonly turn: Uint32Array;
  /** Row i's content is `segments[segmentStart[i] .. segmentStart[i + 1])`. */
  readonly segmentStart: Uint32Array;
  readonly segments: Uint32Array;
  /** Rows that do not wait, in order of arrival. */
  readonly arrivals: Uint32Array;
  /**
   * What the session policy goes by, for each session: the file's own number if it has one, not a
   * number where the file names no session.
   */
  readonly sessionKeys: Float64Array;
  /** Rows of session s in turn order: `sessionRows[sessionStart[s] .. sessionStart[s + 1])`. */
  readonly sessionStart: Uint32Array;
  readonly sessionRows: Uint32Array;
}

/** Names what a file does not: the part of a row behind its hashed blocks, by the row's number. */
const ROW_TAIL = nameSpace('row');

/** No table is longer. */
const ROWS_MAX = 1 << 26;

/** Collects rows in file order and makes them a table. */
export class TraceTableBuilder {
  #timeUs = new Float64Array(1024);
  readonly #waits = new U32List(1024);
  readonly #promptTokens = new U32List(1024);
  readonly #outputTokens = new U32List(1024);
  readonly #session = new U32List(1024);
  readonly #turn = new U32List(1024);
  readonly #segmentStart = new U32List(1024);
  readonly #segments = new U32List(1024);
  readonly #sessionKeys: number[] = [];
  readonly #sessionOfKey = new Map<string | number, { readonly number: number; turns: number }>();

  get rows(): number {
    return this.#session.length;
  }

  /** Adds `row`, whose content is extended: what has no name yet becomes the row's own. */
  add(row: TraceRow): void {
    const number = this.rows;
    if (number === ROWS_MAX) throw new TraceFault(`more than ${ROWS_MAX} requests`);
    this.#joinSession(row);
    if (number === this.#timeUs.length) {
      const grown = new Float64Array(number * 2);
      grown.set(this.#timeUs);
      this.#timeUs = grown;
    }
    this.#timeUs[number] = row.timeUs;
    this.#waits.push(row.waits ? 1 : 0);
    this.#promptTokens.push(row.promptTokens);
    this.#outputTokens.push(row.outputTokens);
    row.content.extendNamed(ROW_TAIL, number, row.promptTokens + row.outputTokens);
    this.#segmentStart.push(this.#segments.length);
    const words = row.content.view();
    for (let at = 0; at < words.length; at += SEGMENT_WORDS) {
      this.#segments.push3(words[at]!, words[at + 1]!, words[at + 2]!);
    }
  }

  /** The table of the rows added so far; the builder must not be used any more. */
  build(): TraceTable {
    const { rows } = this;
    const time = shareF64(this.#timeUs.subarray(0, rows));
    const waits = new Uint8Array(new SharedArrayBuffer(rows));
    waits.set(this.#waits.view());
    startAtZero(time, waits);
    this.#segmentStart.push(this.#segments.length);
    const session = shareU32(this.#session.view());
    const sessionStart = countSessions(session, this.#sessionKeys.length);
    return {
      timeUs: time,
      waits,
      promptTokens: shareU32(this.#promptTokens.view()),
      outputTokens: shareU32(this.#outputTokens.view()),
      session,
      turn: shareU32(this.#turn.view()),
      segmentStart: shareU32(this.#segmentStart.view()),
      segments: shareU32(this.#segments.view()),
      arrivals: shareU32(arrivalOrder(time, waits)),
      sessionKeys: shareF64(this.#sessionKeys),
      sessionStart,
      sessionRows: groupRows(session, sessionStart),
    };
  }

  #joinSession(row: TraceRow): void {
    const key = row.sessionKey;
    let session = key === undefined ? undefined : this.#sessionOfKey.get(key);
    if (session === undefined) {
      session = { number: this.#sessionKeys.length, turns: 0 };
      if (row.waits) {
        throw new TraceFault('the first turn of its session waits for an answer');
      }
      this.#sessionKeys.push(keyOf(key, session.number));
      if (key !== undefined) this.#sessionOfKey.set(key, session);
    }
    this.#session.push(session.number);
    this.#turn.push(session.turns++);
  }
}

/** Reads a table as a trace. */
export class TableSource implements TraceSource {
  readonly #table: TraceTable;
  #next = 0;

  constructor(table: TraceTable) {
    this.#table = table;
  }

  next(into: TraceRequest): boolean {
    const { arrivals, timeUs: times } = this.#table;
    if (this.#next === arrivals.length) return false;
    const row = arrivals[this.#next++]!;
    this.#fill(row, timeUs(times[row]!), into);
    return true;
  }

  followUp(session: number, turn: number, endedUs: TimeUs, into: TraceRequest): boolean {
    const { sessionStart, sessionRows, timeUs: times, waits } = this.#table;
    const at = sessionStart[session]! + turn + 1;
    if (at >= sessionStart[session + 1]!) return false;
    const row = sessionRows[at]!;
    if (waits[row] === 0) return false;
    this.#fill(row, timeUs(endedUs + times[row]!), into);
    return true;
  }

  #fill(row: number, arrivalUs: TimeUs, into: TraceRequest): void {
    const table = this.#table;
    into.arrivalUs = arrivalUs;
    into.promptTokens = table.promptTokens[row]!;
    into.outputTokens = table.outputTokens[row]!;
    into.session = table.session[row]!;
    const key = table.sessionKeys[into.session]!;
    into.sessionKey = Number.isNaN(key) ? undefined : key;
    into.turn = table.turn[row]!;
    into.turnsAfter = this.#turnsAfter(into.session, into.turn);
    into.content.assign(table.segments, table.segmentStart[row]!, table.segmentStart[row + 1]!);
  }

  #turnsAfter(session: number, turn: number): number {
    const { sessionStart, sessionRows, waits } = this.#table;
    const first = sessionStart[session]! + turn + 1;
    const end = sessionStart[session + 1]!;
    let at = first;
    while (at < end && waits[sessionRows[at]!] === 1) at++;
    return at - first;
  }
}

function shareU32(values: Uint32Array): Uint32Array {
  const shared = new Uint32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}

function shareF64(values: ArrayLike<number>): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(values.length * 8));
  shared.set(values);
  return shared;
}

/** What the session policy goes by, 32 bits, or not a number where the file names no session. */
function keyOf(key: string | number | undefined, session: number): number {
  if (key === undefined) return Number.NaN;
  return typeof key === 'number' ? key >>> 0 : session;
}

/** Shifts arrivals so that none is before the start of the trace. */
function startAtZero(times: Float64Array, waits: Uint8Array): void {
  let leastUs = 0;
  for (let row = 0; row < times.length; row++) {
    if (waits[row] === 0) leastUs = Math.min(leastUs, times[row]!);
  }
  if (leastUs === 0) return;
  for (let row = 0; row < times.length; row++) {
    if (waits[row] === 0) times[row] = times[row]! - leastUs;
  }
}

/** Rows that do not wait, by arrival; rows that arrive together stay in file order. */
function arrivalOrder(times: Float64Array, waits: Uint8Array): Uint32Array {
  const order = new U32List(times.length);
  let sorted = true;
  let latestUs = 0;
  for (let row = 0; row < times.length; row++) {
    if (waits[row] === 1) continue;
    order.push(row);
    if (times[row]! < latestUs) sorted = false;
    latestUs = times[row]!;
  }
  return sorted ? order.view() : order.view().sort((a, b) => times[a]! - times[b]! || a - b);
}

/** Where each session's rows start in a list of rows by session, and where the last one's end. */
function countSessions(session: Uint32Array, sessions: number): Uint32Array {
  const start = shareU32(new Uint32Array(sessions + 1));
  for (let row = 0; row < session.length; row++) start[session[row]! + 1]!++;
  for (let number = 0; number < sessions; number++) start[number + 1]! += start[number]!;
  return start;
}

function groupRows(session: Uint32Array, sessionStart: Uint32Array): Uint32Array {
  const rows = shareU32(new Uint32Array(session.length));
  const fill = sessionStart.slice();
  for (let row = 0; row < session.length; row++) rows[fill[session[row]!]!++] = row;
  return rows;
}
