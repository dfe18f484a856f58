import { Packr, Unpackr } from 'msgpackr';
import { assertNever } from './assert.ts';
import type { RequestId, WorkerId } from './ids.ts';
import {
  EventBatch,
  LOAD_FIELDS,
  type Outcome,
  PROTOCOL_VERSION,
  type SubmitCommand,
  type WorkerCommand,
  type WorkerConfig,
  type WorkerEvent,
} from './protocol.ts';
import { U32List } from './u32-list.ts';
import type { TimeUs } from './units.ts';

/**
 * Commands and events to msgpack and back: one message for a whole tick. A message is the array
 * `[version, numbers, words, item, ...]`. What comes in numbers, submits and batches, travels as
 * two columns of bytes, since an element of its own for each number would cost more than what it
 * says: `numbers` are 64-bit floats, one row for each submit or batch, and `words` are the 32-bit
 * words that belong to the rows. Everything else is an item, an array that starts with its kind.
 * Submits come before other commands and batches before other events, each in their order.
 *
 * The bytes returned are exact and own their buffer, so that they can be transferred: `pack()` by
 * itself returns a view on a buffer that it will use again.
 */

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false });

const COMMAND = { cancel: 1, configure: 2, drain: 3, fault: 4 } as const;
const EVENT = { crashed: 1, hello: 2 } as const;

/**
 * Numbers per row: those of a submit and its count of hash words; those of a batch, its four
 * counts.
 */
const SUBMIT_NUMBERS = 12;
const BATCH_NUMBERS = 9 + LOAD_FIELDS.length;

const NO_WORDS = new Uint32Array(0);

/** A message of another protocol version, or one that is no message at all. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** The bytes of one message with these commands; the caller may transfer their buffer. */
export function encodeCommands(commands: readonly WorkerCommand[]): Uint8Array<ArrayBuffer> {
  const message = startMessage();
  for (const command of commands) {
    if (command.kind === 'submit') putSubmit(command);
    else message.push(commandItem(command));
  }
  return finishMessage(message);
}

/** The commands of a message. Throws `CodecError`. */
export function decodeCommands(bytes: Uint8Array): WorkerCommand[] {
  const message = decodeMessage(bytes);
  const commands: WorkerCommand[] = [];
  let wordsAt = 0;
  for (let row = 0; row < message.numbers.length; row += SUBMIT_NUMBERS) {
    const submit = submitOf(message, row, wordsAt);
    wordsAt += submit.hashes.length;
    commands.push(submit);
  }
  for (let i = FIRST_ITEM; i < message.items.length; i++) {
    commands.push(commandOf(itemOf(message.items[i])));
  }
  return commands;
}

/** The bytes of one message with these events; the caller may transfer their buffer. */
export function encodeEvents(events: readonly WorkerEvent[]): Uint8Array<ArrayBuffer> {
  const message = startMessage();
  for (const event of events) {
    if (event.kind === 'batch') putBatch(event);
    else message.push(eventItem(event));
  }
  return finishMessage(message);
}

/** The events of a message. Throws `CodecError`. */
export function decodeEvents(bytes: Uint8Array): WorkerEvent[] {
  const message = decodeMessage(bytes);
  const events: WorkerEvent[] = [];
  let wordsAt = 0;
  for (let row = 0; row < message.numbers.length; row += BATCH_NUMBERS) {
    const batch = batchOf(message, row, wordsAt);
    wordsAt += batch.kv.length + batch.started.length + batch.tokens.length + batch.ended.length;
    events.push(batch);
  }
  for (let i = FIRST_ITEM; i < message.items.length; i++) {
    events.push(eventOf(itemOf(message.items[i])));
  }
  return events;
}

/** An item as msgpack gives it back: numbers, texts, nested arrays or maps. */
type Item = readonly unknown[];

interface Message {
  readonly numbers: Float64Array;
  readonly words: Uint32Array;
  readonly items: readonly unknown[];
}

/** Place of the first item in a message, after version, numbers and words. */
const FIRST_ITEM = 3;

/** The columns of the message being encoded; they grow and are used again. */
let numbers = new Float64Array(1024);
let numbersLength = 0;
const words = new U32List(1024);

function startMessage(): unknown[] {
  numbersLength = 0;
  words.clear();
  return [PROTOCOL_VERSION, undefined, undefined];
}

function finishMessage(message: unknown[]): Uint8Array<ArrayBuffer> {
  message[1] = new Uint8Array(numbers.buffer, 0, numbersLength * numbers.BYTES_PER_ELEMENT);
  const view = words.view();
  message[2] = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new Uint8Array(packr.pack(message));
}

function decodeMessage(bytes: Uint8Array): Message {
  const items = unpack(bytes);
  if (!Array.isArray(items) || items[0] !== PROTOCOL_VERSION) {
    const got = Array.isArray(items) ? `version ${String(items[0])}` : 'something else';
    throw new CodecError(`expected a message of protocol version ${PROTOCOL_VERSION}, got ${got}`);
  }
  // Copies, since a byte string may start at any offset of its message.
  return {
    numbers: new Float64Array(columnBytes(items[1], 8)),
    words: new Uint32Array(columnBytes(items[2], 4)),
    items,
  };
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return unpackr.unpack(bytes);
  } catch (cause) {
    throw new CodecError('expected a message, got bytes that are not msgpack', { cause });
  }
}

/** A copy of the bytes of a column whose elements have `width` bytes each. */
function columnBytes(value: unknown, width: number): ArrayBuffer {
  if (!(value instanceof Uint8Array) || value.length % width !== 0) {
    throw new CodecError(`expected a column of ${width}-byte numbers`);
  }
  return new Uint8Array(value).buffer;
}

/** Room for one more row of `count` numbers; returns where it starts. */
function addRow(count: number): number {
  const row = numbersLength;
  numbersLength += count;
  if (numbersLength > numbers.length) {
    const grown = new Float64Array(numbersLength * 2);
    grown.set(numbers);
    numbers = grown;
  }
  return row;
}

function putSubmit(command: SubmitCommand): void {
  const row = addRow(SUBMIT_NUMBERS);
  numbers[row] = command.worker;
  numbers[row + 1] = command.request;
  numbers[row + 2] = command.arrivedUs;
  numbers[row + 3] = command.promptTokens;
  numbers[row + 4] = command.expectedCachedTokens;
  numbers[row + 5] = command.outputTokens;
  numbers[row + 6] = command.priority;
  numbers[row + 7] = command.seed;
  numbers[row + 8] = command.prefillScale;
  numbers[row + 9] = command.profile;
  numbers[row + 10] = command.siblingOf;
  numbers[row + 11] = command.hashes.length;
  words.appendWords(command.hashes);
}

function submitOf(message: Message, row: number, wordsAt: number): SubmitCommand {
  const { numbers: from } = message;
  return {
    kind: 'submit',
    worker: from[row] as WorkerId,
    request: from[row + 1] as RequestId,
    arrivedUs: from[row + 2] as TimeUs,
    promptTokens: from[row + 3]!,
    expectedCachedTokens: from[row + 4]!,
    outputTokens: from[row + 5]!,
    priority: from[row + 6]!,
    seed: from[row + 7]!,
    prefillScale: from[row + 8]!,
    profile: from[row + 9]!,
    siblingOf: from[row + 10] as RequestId,
    hashes: wordsOf(message, wordsAt, from[row + 11]!),
  };
}

function putBatch(batch: EventBatch): void {
  const { kv, started, tokens, ended, load } = batch;
  const row = addRow(BATCH_NUMBERS);
  numbers[row] = batch.worker;
  numbers[row + 1] = batch.seq;
  numbers[row + 2] = batch.endUs;
  numbers[row + 3] = batch.steps;
  numbers[row + 4] = batch.stepUs;
  numbers[row + 5] = kv.length;
  numbers[row + 6] = started.length;
  numbers[row + 7] = tokens.length;
  numbers[row + 8] = ended.length;
  for (let i = 0; i < LOAD_FIELDS.length; i++) numbers[row + 9 + i] = load[LOAD_FIELDS[i]!];
  words.append(kv);
  words.append(started);
  words.append(tokens);
  words.append(ended);
}

function batchOf(message: Message, row: number, wordsAt: number): EventBatch {
  const { numbers: from } = message;
  const batch = new EventBatch(from[row] as WorkerId, 0);
  batch.seq = from[row + 1]!;
  batch.endUs = from[row + 2] as TimeUs;
  batch.steps = from[row + 3]!;
  batch.stepUs = from[row + 4] as TimeUs;
  let at = wordsAt;
  at = fill(batch.kv, message, at, from[row + 5]!);
  at = fill(batch.started, message, at, from[row + 6]!);
  at = fill(batch.tokens, message, at, from[row + 7]!);
  fill(batch.ended, message, at, from[row + 8]!);
  for (let i = 0; i < LOAD_FIELDS.length; i++) batch.load[LOAD_FIELDS[i]!] = from[row + 9 + i]!;
  return batch;
}

function fill(list: U32List, message: Message, at: number, length: number): number {
  if (length > 0) list.adopt(message.words.slice(at, at + length));
  return at + length;
}

/** A copy of some words of the message, which would otherwise live as long as they do. */
function wordsOf(message: Message, at: number, length: number): Uint32Array {
  return length === 0 ? NO_WORDS : message.words.slice(at, at + length);
}

function itemOf(value: unknown): Item {
  if (!Array.isArray(value)) throw new CodecError(`expected an item, got ${typeof value}`);
  return value;
}

function commandItem(command: Exclude<WorkerCommand, SubmitCommand>): unknown[] {
  switch (command.kind) {
    case 'cancel':
      return [COMMAND.cancel, command.worker, command.request];
    case 'configure':
      return [COMMAND.configure, command.worker, command.config];
    case 'drain':
      return [COMMAND.drain];
    case 'fault':
      return [COMMAND.fault, command.worker, command.fault];
    default:
      return assertNever(command);
  }
}

function commandOf(item: Item): WorkerCommand {
  switch (item[0]) {
    case COMMAND.cancel:
      return { kind: 'cancel', worker: item[1] as WorkerId, request: item[2] as RequestId };
    case COMMAND.configure:
      return { kind: 'configure', worker: item[1] as WorkerId, config: item[2] as WorkerConfig };
    case COMMAND.drain:
      return { kind: 'drain' };
    case COMMAND.fault:
      return {
        kind: 'fault',
        worker: item[1] as WorkerId,
        fault: item[2] as 'throw' | 'out-of-memory',
      };
    default:
      throw new CodecError(`unknown command ${String(item[0])}`);
  }
}

function eventItem(event: Exclude<WorkerEvent, EventBatch>): unknown[] {
  switch (event.kind) {
    case 'crashed':
      return [EVENT.crashed, event.worker, event.message];
    case 'hello':
      return [EVENT.hello, event.threadId];
    default:
      return assertNever(event);
  }
}

function eventOf(item: Item): WorkerEvent {
  switch (item[0]) {
    case EVENT.crashed:
      return { kind: 'crashed', worker: item[1] as WorkerId, message: item[2] as string };
    case EVENT.hello:
      return { kind: 'hello', threadId: item[1] as number };
    default:
      throw new CodecError(`unknown event ${String(item[0])}`);
  }
}

/** The outcome of an `ended` row. */
export function outcomeOf(word: number): Outcome {
  return word as Outcome;
}
