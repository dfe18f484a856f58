import { Packr, Unpackr } from 'msgpackr';
import { assertNever } from './assert.ts';
import type { RequestId, WorkerId } from './ids.ts';
import {
  EventBatch,
  LOAD_FIELDS,
  type Outcome,
  PROTOCOL_VERSION,
  type WorkerCommand,
  type WorkerConfig,
  type WorkerEvent,
} from './protocol.ts';
import type { U32List } from './u32-list.ts';
import type { TimeUs } from './units.ts';

/**
 * Commands and events to msgpack and back: one message for a whole tick. Every message is an array
 * `[version, item, ...]`, every item an array that starts with its kind, and lists of numbers travel
 * as binary. The bytes returned are exact and own their buffer, so that they can be transferred:
 * `pack()` by itself returns a view on a buffer that it will use again.
 */

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false });

const COMMAND = { submit: 0, cancel: 1, configure: 2, drain: 3, fault: 4 } as const;
const EVENT = { batch: 0, crashed: 1, hello: 2 } as const;

const NO_WORDS = new Uint32Array(0);
const NO_BYTES = new Uint8Array(0);

/** A message of another protocol version, or one that is no message at all. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** The bytes of one message with these commands; the caller may transfer their buffer. */
export function encodeCommands(commands: readonly WorkerCommand[]): Uint8Array<ArrayBuffer> {
  const message: unknown[] = [PROTOCOL_VERSION];
  for (const command of commands) message.push(commandItem(command));
  return exactBytes(message);
}

/** The commands of a message. Throws `CodecError`. */
export function decodeCommands(bytes: Uint8Array): WorkerCommand[] {
  const message = decodeMessage(bytes);
  const commands: WorkerCommand[] = [];
  for (let i = 1; i < message.length; i++) commands.push(commandOf(message[i] as Item));
  return commands;
}

/** The bytes of one message with these events; the caller may transfer their buffer. */
export function encodeEvents(events: readonly WorkerEvent[]): Uint8Array<ArrayBuffer> {
  const message: unknown[] = [PROTOCOL_VERSION];
  for (const event of events) message.push(eventItem(event));
  return exactBytes(message);
}

/** The events of a message. Throws `CodecError`. */
export function decodeEvents(bytes: Uint8Array): WorkerEvent[] {
  const message = decodeMessage(bytes);
  const events: WorkerEvent[] = [];
  for (let i = 1; i < message.length; i++) events.push(eventOf(message[i] as Item));
  return events;
}

/** An item as msgpack gives it back: numbers, texts, byte strings, nested arrays or maps. */
type Item = readonly unknown[];

function exactBytes(message: unknown[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packr.pack(message));
}

function decodeMessage(bytes: Uint8Array): unknown[] {
  const message: unknown = unpackr.unpack(bytes);
  if (!Array.isArray(message) || message[0] !== PROTOCOL_VERSION) {
    const got = Array.isArray(message) ? `version ${String(message[0])}` : 'something else';
    throw new CodecError(`expected a message of protocol version ${PROTOCOL_VERSION}, got ${got}`);
  }
  return message;
}

function commandItem(command: WorkerCommand): unknown[] {
  switch (command.kind) {
    case 'submit':
      return [
        COMMAND.submit,
        command.worker,
        command.request,
        command.arrivedUs,
        command.promptTokens,
        command.expectedCachedTokens,
        command.outputTokens,
        command.priority,
        command.seed,
        command.prefillScale,
        command.profile,
        command.siblingOf,
        wordsToBytes(command.hashes),
      ];
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
    case COMMAND.submit:
      return {
        kind: 'submit',
        worker: item[1] as WorkerId,
        request: item[2] as RequestId,
        arrivedUs: item[3] as TimeUs,
        promptTokens: item[4] as number,
        expectedCachedTokens: item[5] as number,
        outputTokens: item[6] as number,
        priority: item[7] as number,
        seed: item[8] as number,
        prefillScale: item[9] as number,
        profile: item[10] as number,
        siblingOf: item[11] as RequestId,
        hashes: bytesToWords(item[12] as Uint8Array),
      };
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

function eventItem(event: WorkerEvent): unknown[] {
  switch (event.kind) {
    case 'batch': {
      const item: unknown[] = [
        EVENT.batch,
        event.worker,
        event.seq,
        event.endUs,
        event.steps,
        event.stepUs,
        wordsToBytes(event.kv.view()),
        wordsToBytes(event.started.view()),
        wordsToBytes(event.tokens.view()),
        wordsToBytes(event.ended.view()),
      ];
      for (const field of LOAD_FIELDS) item.push(event.load[field]);
      return item;
    }
    case 'crashed':
      return [EVENT.crashed, event.worker, event.message];
    case 'hello':
      return [EVENT.hello, event.threadId];
    default:
      return assertNever(event);
  }
}

const LOAD_AT = 10;

function eventOf(item: Item): WorkerEvent {
  switch (item[0]) {
    case EVENT.batch: {
      const batch = new EventBatch(item[1] as WorkerId, 0);
      batch.seq = item[2] as number;
      batch.endUs = item[3] as TimeUs;
      batch.steps = item[4] as number;
      batch.stepUs = item[5] as TimeUs;
      fill(batch.kv, item[6] as Uint8Array);
      fill(batch.started, item[7] as Uint8Array);
      fill(batch.tokens, item[8] as Uint8Array);
      fill(batch.ended, item[9] as Uint8Array);
      for (let i = 0; i < LOAD_FIELDS.length; i++) {
        batch.load[LOAD_FIELDS[i]!] = item[LOAD_AT + i] as number;
      }
      return batch;
    }
    case EVENT.crashed:
      return { kind: 'crashed', worker: item[1] as WorkerId, message: item[2] as string };
    case EVENT.hello:
      return { kind: 'hello', threadId: item[1] as number };
    default:
      throw new CodecError(`unknown event ${String(item[0])}`);
  }
}

function wordsToBytes(words: Uint32Array): Uint8Array {
  if (words.length === 0) return NO_BYTES;
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy, since a byte string may start at any offset of its message. */
function bytesToWords(bytes: Uint8Array): Uint32Array {
  if (bytes.length === 0) return NO_WORDS;
  const words = new Uint32Array(bytes.length >>> 2);
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

function fill(list: U32List, bytes: Uint8Array): void {
  if (bytes.length > 0) list.adopt(bytesToWords(bytes));
}

/** The outcome of an `ended` row. */
export function outcomeOf(word: number): Outcome {
  return word as Outcome;
}
