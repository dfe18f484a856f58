import { blankOf, type Column, type Columns, type Form } from './columns.ts';
import { workerId } from './ids.ts';
import { CodecError, MessageReader, MessageWriter } from './message.ts';
import { COMMANDS, EVENTS, EventBatch, type WorkerCommand, type WorkerEvent } from './protocol.ts';
import type { U32List } from './u32-list.ts';

/**
 * Commands and events to bytes and back, by their columns: one message for a whole tick, decoded in
 * the order in which it was encoded. Each is one row: its 64-bit numbers, then the others, a word
 * each, then its lists, and the records within it likewise.
 */

/** A command or event, or a record within it, whatever its columns are. */
type Fields = Record<string, unknown>;

/** The columns of one kind of row, by what is done with them. */
interface Layout {
  readonly floats: readonly string[];
  readonly getFloats: GetNumbers;
  readonly setFloats: SetNumbers;
  readonly words: readonly string[];
  readonly getWords: GetNumbers;
  readonly setWords: SetNumbers;
  /** The largest number that each of the `words` holds. */
  readonly limits: readonly number[];
  readonly choices: readonly (readonly [name: string, values: readonly unknown[]])[];
  readonly lists: readonly string[];
  readonly sharedLists: readonly string[];
  readonly groups: readonly (readonly [name: string, layout: Layout])[];
  readonly items: readonly string[];
  /** Fields to be filled. */
  readonly make: () => Fields;
}

type Numbers = Float64Array | Uint32Array;
/** Puts fields into `numbers`, from index `at` on. */
type GetNumbers = (fields: Fields, numbers: Numbers, at: number) => void;
/** Sets fields to what is in `numbers`, from index `at` on. */
type SetNumbers = (fields: Fields, numbers: Numbers, at: number) => void;

/**
 * Compiled for the names, since a loop over them would be one place in which fields of every kind
 * of row are read, each of which V8 then has to look up by its name.
 */
function getterOf(names: readonly string[]): GetNumbers {
  return compiled(names.map((name, index) => `numbers[at + ${index}] = fields.${name};`));
}

function setterOf(names: readonly string[]): SetNumbers {
  return compiled(names.map((name, index) => `fields.${name} = numbers[at + ${index}];`));
}

function compiled(lines: readonly string[]): GetNumbers {
  return new Function('fields', 'numbers', 'at', lines.join('\n')) as GetNumbers;
}

const LIMITS: Partial<Record<Form, number>> = { u8: 0xff, i32: 0x7fffffff, u32: 0xffffffff };

function layoutOf(columns: Columns, make?: () => object): Layout {
  const entries = Object.entries(columns);
  const of = (...forms: readonly Form[]): [string, Column<unknown>][] =>
    entries.filter(([, { form }]) => forms.includes(form));
  const names = (...forms: readonly Form[]): string[] => of(...forms).map(([name]) => name);
  const blank = blankOf(columns);
  const floats = names('f64');
  const words = names('u8', 'i32', 'u32');
  return {
    floats,
    getFloats: getterOf(floats),
    setFloats: setterOf(floats),
    words,
    getWords: getterOf(words),
    setWords: setterOf(words),
    limits: of('u8', 'i32', 'u32').map(([, { form }]) => LIMITS[form] ?? 0),
    choices: of('choice').map(([name, { values }]) => [name, values ?? []]),
    lists: names('list'),
    sharedLists: names('words'),
    groups: of('group').map(([name, { columns }]) => [name, layoutOf(columns ?? {})]),
    items: names('item'),
    make: (make ?? (() => ({ ...blank }))) as () => Fields,
  };
}

const commandLayouts = Object.entries(COMMANDS).map(([kind, columns]) => {
  const blank = { kind, ...blankOf(columns) };
  return layoutOf(columns, () => ({ ...blank }));
});
const eventLayouts = Object.entries(EVENTS).map(([kind, columns]) => {
  const blank = { kind, ...blankOf(columns) };
  return layoutOf(
    columns,
    kind === 'batch' ? () => new EventBatch(workerId(0), 0) : () => ({ ...blank }),
  );
});
/** The number of a kind is its place + 1. */
const commandKinds = Object.keys(COMMANDS);
const eventKinds = Object.keys(EVENTS);

const writer = new MessageWriter();

/** The bytes of one message with these commands; the caller may transfer their buffer. */
export function encodeCommands(commands: readonly WorkerCommand[]): Uint8Array<ArrayBuffer> {
  return encode(commands, commandKinds, commandLayouts);
}

/**
 * The commands of a message in their order. Hashes are views on it, as a rule. Throws `CodecError`.
 */
export function decodeCommands(bytes: Uint8Array): WorkerCommand[] {
  return decode(bytes, commandLayouts) as unknown[] as WorkerCommand[];
}

/** The bytes of one message with these events; the caller may transfer their buffer. */
export function encodeEvents(events: readonly WorkerEvent[]): Uint8Array<ArrayBuffer> {
  return encode(events, eventKinds, eventLayouts);
}

/** The events of a message in their order; lists are views on it. Throws `CodecError`. */
export function decodeEvents(bytes: Uint8Array): WorkerEvent[] {
  return decode(bytes, eventLayouts) as unknown[] as WorkerEvent[];
}

function encode(
  rows: readonly { readonly kind: string }[],
  kinds: readonly string[],
  layouts: readonly Layout[],
): Uint8Array<ArrayBuffer> {
  writer.start();
  for (const row of rows) {
    const place = kinds.indexOf(row.kind);
    writer.startRow(place + 1);
    put(row as unknown as Fields, layouts[place]!);
    writer.endRow();
  }
  return writer.finish();
}

function decode(bytes: Uint8Array, layouts: readonly Layout[]): Fields[] {
  const reader = new MessageReader(bytes);
  const rows: Fields[] = [];
  for (let kind = reader.startRow(); kind !== undefined; kind = reader.startRow()) {
    const layout = layouts[kind - 1];
    if (layout === undefined) throw new CodecError(`unknown kind ${kind}`);
    const row = layout.make();
    take(row, layout, reader);
    reader.endRow();
    rows.push(row);
  }
  return rows;
}

function put(fields: Fields, layout: Layout): void {
  const { floats, words, choices, lists, sharedLists, groups, items } = layout;
  if (floats.length > 0) {
    const at = writer.reserveFloats(floats.length);
    layout.getFloats(fields, writer.floats, at);
  }
  if (words.length > 0) {
    const at = writer.reserveWords(words.length);
    layout.getWords(fields, writer.words, at);
  }
  for (let i = 0; i < choices.length; i++) {
    const [name, values] = choices[i]!;
    const at = writer.reserveWords(1);
    writer.words[at] = values.indexOf(fields[name]);
  }
  for (let i = 0; i < lists.length; i++) {
    const list = fields[lists[i]!] as U32List;
    writer.addList(list.words, list.length);
  }
  for (let i = 0; i < sharedLists.length; i++) {
    writer.addShared(fields[sharedLists[i]!] as Uint32Array);
  }
  for (let i = 0; i < groups.length; i++) {
    const [name, group] = groups[i]!;
    put(fields[name] as Fields, group);
  }
  for (let i = 0; i < items.length; i++) writer.addItem(fields[items[i]!]);
}

function take(fields: Fields, layout: Layout, reader: MessageReader): void {
  const { floats, words, limits, choices, lists, sharedLists, groups, items } = layout;
  if (floats.length > 0) {
    layout.setFloats(fields, reader.floats, reader.takeFloats(floats.length));
  }
  if (words.length > 0) {
    const at = reader.takeWords(words.length);
    for (let i = 0; i < words.length; i++) {
      const number = reader.words[at + i]!;
      if (number > limits[i]!) throw new CodecError(`${number} is too large for ${words[i]}`);
    }
    layout.setWords(fields, reader.words, at);
  }
  for (let i = 0; i < choices.length; i++) {
    const [name, values] = choices[i]!;
    const place = reader.words[reader.takeWords(1)]!;
    if (place >= values.length) throw new CodecError(`unknown ${name} ${place}`);
    fields[name] = values[place];
  }
  for (let i = 0; i < lists.length; i++) {
    const list = reader.takeList();
    if (list.length > 0) (fields[lists[i]!] as U32List).adopt(list);
  }
  for (let i = 0; i < sharedLists.length; i++) fields[sharedLists[i]!] = reader.takeShared();
  for (let i = 0; i < groups.length; i++) {
    const [name, group] = groups[i]!;
    const inner = typeof fields[name] === 'object' ? (fields[name] as Fields) : group.make();
    take(inner, group, reader);
    fields[name] = inner;
  }
  for (let i = 0; i < items.length; i++) fields[items[i]!] = reader.takeItem();
}
