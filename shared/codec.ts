import { assertNever } from './assert.ts';
import type { RequestId, WorkerId } from './ids.ts';
import { CodecError, MessageReader, MessageWriter } from './message.ts';
import {
  EventBatch,
  type ExtendCommand,
  FAULTS,
  LOAD_FIELDS,
  OUTCOME,
  type SubmitCommand,
  type WorkerCommand,
  type WorkerConfig,
  type WorkerEvent,
} from './protocol.ts';
import type { U32List } from './u32-list.ts';
import type { TimeUs } from './units.ts';

/**
 * Commands and events to bytes and back: one message for a whole tick, decoded in the order in
 * which it was encoded. Each command or event is one row of numbers, see `message.ts`; block hashes
 * and the columns of a batch are its words, and what has no form of its own, a worker's
 * configuration and the text of a crash, is its item.
 */

/** The first number of each row. */
const COMMAND = { submit: 1, extend: 2, cancel: 3, configure: 4, drain: 5, fault: 6 } as const;
const EVENT = { batch: 1, crashed: 2, hello: 3 } as const;

/** Numbers per row, its kind included. */
const SUBMIT_NUMBERS = 13;
const BATCH_HEAD = 10;
const BATCH_NUMBERS = BATCH_HEAD + LOAD_FIELDS.length;

const writer = new MessageWriter();

/** The bytes of one message with these commands; the caller may transfer their buffer. */
export function encodeCommands(commands: readonly WorkerCommand[]): Uint8Array<ArrayBuffer> {
  writer.start();
  for (const command of commands) putCommand(command);
  return writer.finish();
}

/** The commands of a message in their order. Throws `CodecError`. */
export function decodeCommands(bytes: Uint8Array): WorkerCommand[] {
  const reader = new MessageReader(bytes);
  const commands: WorkerCommand[] = [];
  for (let kind = reader.nextKind(); kind !== undefined; kind = reader.nextKind()) {
    commands.push(takeCommand(kind, reader));
  }
  return commands;
}

/** The bytes of one message with these events; the caller may transfer their buffer. */
export function encodeEvents(events: readonly WorkerEvent[]): Uint8Array<ArrayBuffer> {
  writer.start();
  for (const event of events) putEvent(event);
  return writer.finish();
}

/** The events of a message in their order. Throws `CodecError`. */
export function decodeEvents(bytes: Uint8Array): WorkerEvent[] {
  const reader = new MessageReader(bytes);
  const events: WorkerEvent[] = [];
  for (let kind = reader.nextKind(); kind !== undefined; kind = reader.nextKind()) {
    events.push(takeEvent(kind, reader));
  }
  return events;
}

function putCommand(command: WorkerCommand): void {
  switch (command.kind) {
    case 'submit':
      putSubmit(command);
      break;
    case 'extend': {
      const row = writer.addRow(COMMAND.extend, 4);
      writer.numbers[row + 1] = command.worker;
      writer.numbers[row + 2] = command.request;
      writer.numbers[row + 3] = command.hashes.length;
      writer.words.appendWords(command.hashes);
      break;
    }
    case 'cancel': {
      const row = writer.addRow(COMMAND.cancel, 4);
      writer.numbers[row + 1] = command.worker;
      writer.numbers[row + 2] = command.request;
      writer.numbers[row + 3] = command.outcome;
      break;
    }
    case 'configure':
      writer.numbers[writer.addRow(COMMAND.configure, 2) + 1] = command.worker;
      writer.addItem(command.config);
      break;
    case 'drain':
      writer.addRow(COMMAND.drain, 1);
      break;
    case 'fault': {
      const row = writer.addRow(COMMAND.fault, 3);
      writer.numbers[row + 1] = command.worker;
      writer.numbers[row + 2] = FAULTS.indexOf(command.fault);
      break;
    }
    default:
      assertNever(command);
  }
}

function takeCommand(kind: number, reader: MessageReader): WorkerCommand {
  const { numbers } = reader;
  switch (kind) {
    case COMMAND.submit:
      return takeSubmit(reader);
    case COMMAND.extend:
      return takeExtend(reader);
    case COMMAND.cancel: {
      const row = reader.takeRow(4);
      return {
        kind: 'cancel',
        worker: numbers[row + 1] as WorkerId,
        request: numbers[row + 2] as RequestId,
        outcome: numbers[row + 3] === OUTCOME.finished ? OUTCOME.finished : OUTCOME.cancelled,
      };
    }
    case COMMAND.configure: {
      const worker = numbers[reader.takeRow(2) + 1] as WorkerId;
      return { kind: 'configure', worker, config: reader.takeItem() as WorkerConfig };
    }
    case COMMAND.drain:
      reader.takeRow(1);
      return { kind: 'drain' };
    case COMMAND.fault: {
      const row = reader.takeRow(3);
      const fault = FAULTS[numbers[row + 2]!];
      if (fault === undefined) throw new CodecError(`unknown fault ${numbers[row + 2]}`);
      return { kind: 'fault', worker: numbers[row + 1] as WorkerId, fault };
    }
    default:
      throw new CodecError(`unknown command ${kind}`);
  }
}

function putSubmit(command: SubmitCommand): void {
  const row = writer.addRow(COMMAND.submit, SUBMIT_NUMBERS);
  const { numbers } = writer;
  numbers[row + 1] = command.worker;
  numbers[row + 2] = command.request;
  numbers[row + 3] = command.arrivedUs;
  numbers[row + 4] = command.promptTokens;
  numbers[row + 5] = command.expectedCachedTokens;
  numbers[row + 6] = command.outputTokens;
  numbers[row + 7] = command.priority;
  numbers[row + 8] = command.seed;
  numbers[row + 9] = command.prefillScale;
  numbers[row + 10] = command.profile;
  numbers[row + 11] = command.siblingOf;
  numbers[row + 12] = command.hashes.length;
  writer.words.appendWords(command.hashes);
}

function takeSubmit(reader: MessageReader): SubmitCommand {
  const row = reader.takeRow(SUBMIT_NUMBERS);
  const { numbers } = reader;
  return {
    kind: 'submit',
    worker: numbers[row + 1] as WorkerId,
    request: numbers[row + 2] as RequestId,
    arrivedUs: numbers[row + 3] as TimeUs,
    promptTokens: numbers[row + 4]!,
    expectedCachedTokens: numbers[row + 5]!,
    outputTokens: numbers[row + 6]!,
    priority: numbers[row + 7]!,
    seed: numbers[row + 8]!,
    prefillScale: numbers[row + 9]!,
    profile: numbers[row + 10]!,
    siblingOf: numbers[row + 11] as RequestId,
    hashes: reader.takeWords(numbers[row + 12]!),
  };
}

function takeExtend(reader: MessageReader): ExtendCommand {
  const row = reader.takeRow(4);
  const { numbers } = reader;
  return {
    kind: 'extend',
    worker: numbers[row + 1] as WorkerId,
    request: numbers[row + 2] as RequestId,
    hashes: reader.takeWords(numbers[row + 3]!),
  };
}

function putEvent(event: WorkerEvent): void {
  switch (event.kind) {
    case 'batch':
      putBatch(event);
      break;
    case 'crashed':
      writer.numbers[writer.addRow(EVENT.crashed, 2) + 1] = event.worker;
      writer.addItem(event.message);
      break;
    case 'hello':
      writer.addRow(EVENT.hello, 1);
      break;
    default:
      assertNever(event);
  }
}

function takeEvent(kind: number, reader: MessageReader): WorkerEvent {
  const { numbers } = reader;
  switch (kind) {
    case EVENT.batch:
      return takeBatch(reader);
    case EVENT.crashed: {
      const worker = numbers[reader.takeRow(2) + 1] as WorkerId;
      return { kind: 'crashed', worker, message: String(reader.takeItem()) };
    }
    case EVENT.hello:
      reader.takeRow(1);
      return { kind: 'hello' };
    default:
      throw new CodecError(`unknown event ${kind}`);
  }
}

function putBatch(batch: EventBatch): void {
  const { kv, started, tokens, ended, load } = batch;
  const row = writer.addRow(EVENT.batch, BATCH_NUMBERS);
  const { numbers, words } = writer;
  numbers[row + 1] = batch.worker;
  numbers[row + 2] = batch.seq;
  numbers[row + 3] = batch.endUs;
  numbers[row + 4] = batch.steps;
  numbers[row + 5] = batch.stepUs;
  numbers[row + 6] = kv.length;
  numbers[row + 7] = started.length;
  numbers[row + 8] = tokens.length;
  numbers[row + 9] = ended.length;
  for (let i = 0; i < LOAD_FIELDS.length; i++)
    numbers[row + BATCH_HEAD + i] = load[LOAD_FIELDS[i]!];
  words.append(kv);
  words.append(started);
  words.append(tokens);
  words.append(ended);
}

function takeBatch(reader: MessageReader): EventBatch {
  const row = reader.takeRow(BATCH_NUMBERS);
  const { numbers } = reader;
  const batch = new EventBatch(numbers[row + 1] as WorkerId, 0);
  batch.seq = numbers[row + 2]!;
  batch.endUs = numbers[row + 3] as TimeUs;
  batch.steps = numbers[row + 4]!;
  batch.stepUs = numbers[row + 5] as TimeUs;
  fill(batch.kv, reader, numbers[row + 6]!);
  fill(batch.started, reader, numbers[row + 7]!);
  fill(batch.tokens, reader, numbers[row + 8]!);
  fill(batch.ended, reader, numbers[row + 9]!);
  for (let i = 0; i < LOAD_FIELDS.length; i++) {
    batch.load[LOAD_FIELDS[i]!] = numbers[row + BATCH_HEAD + i]!;
  }
  return batch;
}

function fill(list: U32List, reader: MessageReader, length: number): void {
  if (length !== 0) list.adopt(reader.takeWords(length));
}
