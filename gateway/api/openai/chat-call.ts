import type { ChoiceText } from '../../generate/answer-encoder.ts';
import type { CallHead } from '../../generate/segment.ts';

/**
 * Calls of tools as chats write them: members of `tool_calls`, or `function_call` for one of the
 * legacy kind, which has no id.
 */

/** What stands around a piece of the arguments of a call in a delta. */
export interface CallFrame {
  readonly start: string;
  readonly end: string;
}

/** Around the arguments of call `number` of a choice. */
export function callFrame({ id }: CallHead, number: number): CallFrame {
  if (id === '') return { start: '"function_call":{"arguments":"', end: '"}' };
  return { start: `"tool_calls":[{"index":${number},"function":{"arguments":"`, end: '"}}]' };
}

/** The delta that opens call `number` of a choice: all of it but the arguments. */
export function callOpening(call: CallHead, number: number): string {
  if (call.id === '') return `"function_call":${functionStart(call)}"}`;
  return `"tool_calls":[{"index":${number},${identityOf(call)}${functionStart(call)}"}}]`;
}

/** The members of a message that hold the calls of a choice, in parts; none if it has none. */
export function* callParts(
  choice: ChoiceText,
  textOf: (segment: number) => Iterable<string>,
): Generator<string, void, undefined> {
  let number = 0;
  let isOpen = false;
  for (const [index, { call }] of choice.segments.entries()) {
    if (call === undefined || choice.tokensOf(index) === 0) continue;
    isOpen = call.id !== '';
    if (!isOpen) yield `,"function_call":${functionStart(call)}`;
    else
      yield `${number === 0 ? ',"tool_calls":[' : ','}{${identityOf(call)}${functionStart(call)}`;
    yield* textOf(index);
    yield isOpen ? '"}}' : '"}';
    number++;
  }
  if (isOpen) yield ']';
}

/** The number of a call among those of its choice. */
export function callNumber({ segments }: ChoiceText, segment: number): number {
  let number = 0;
  for (let index = 0; index < segment; index++) {
    if (segments[index]?.kind === 'call') number++;
  }
  return number;
}

function identityOf({ id }: CallHead): string {
  return `"id":"${id}","type":"function","function":`;
}

function functionStart({ name }: CallHead): string {
  return `{"name":${JSON.stringify(name)},"arguments":"`;
}
