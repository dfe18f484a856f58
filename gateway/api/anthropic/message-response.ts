import type { HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type BodyEncoder,
  type ChoiceText,
  segmentSlices,
} from '../../generate/answer-encoder.ts';
import type { Usage } from '../../generate/usage.ts';
import { textParts } from '../json-parts.ts';
import { answerHeaders } from '../openai/answer-headers.ts';
import {
  callStart,
  type MessageHead,
  messageStart,
  signatureOf,
  stopReason,
  usageJson,
} from './message-parts.ts';

/** The text of a segment, in parts. */
type TextOf = (choice: ChoiceText, segment: number) => Iterable<string>;

const wholeText: TextOf = (choice, segment) => [
  choice.textOf(segment, 0, choice.tokensOf(segment)),
];

/** The body of a message that is not streamed. */
export class MessageResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #head: MessageHead;

  constructor(head: MessageHead) {
    this.#head = head;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(choices: readonly ChoiceText[], usage: Usage): string {
    return [...this.#parts(choices, usage, wholeText)].join('');
  }

  slices(choices: readonly ChoiceText[], usage: Usage): Iterator<string, void, undefined> {
    return this.#parts(choices, usage, segmentSlices);
  }

  *#parts(
    choices: readonly ChoiceText[],
    usage: Usage,
    textOf: TextOf,
  ): Generator<string, void, undefined> {
    yield messageStart(this.#head);
    for (const choice of choices) {
      yield* blocks(choice, textOf);
      yield `],"stop_reason":"${stopReason(choice.finishReason, choice)}","stop_sequence":`;
      if (choice.stopSequence === undefined) yield 'null';
      else yield* textParts(choice.stopSequence);
    }
    yield `,"usage":${usageJson(usage)}}`;
  }
}

function* blocks(choice: ChoiceText, textOf: TextOf): Generator<string, void, undefined> {
  let comma = '';
  for (const [index, { kind, call }] of choice.segments.entries()) {
    // A stop sequence has ended the message before it.
    if (call !== undefined && choice.tokensOf(index) === 0) break;
    if (call !== undefined) {
      yield comma + callStart(call);
      yield* isCut(choice, index) ? ['{}'] : inputOf(textOf(choice, index));
      yield '}';
    } else if (kind === 'reasoning') {
      yield `${comma}{"type":"thinking","thinking":"`;
      yield* textOf(choice, index);
      yield `","signature":"${signatureOf(choice.seed)}"}`;
    } else {
      yield `${comma}{"type":"text","text":"`;
      yield* textOf(choice, index);
      yield '"}';
    }
    comma = ',';
  }
}

/** The input of the last call is not all there, so it is none: a body has to be JSON. */
function isCut({ segments, finishReason }: ChoiceText, segment: number): boolean {
  return finishReason === 'length' && segment === segments.length - 1;
}

/**
 * The JSON that stands inside of a JSON string. What else is escaped there but quotes and
 * backslashes stands inside of its own strings, where it means the same.
 */
function* inputOf(parts: Iterable<string>): Generator<string, void, undefined> {
  for (const part of parts) yield part.replace(/\\(["\\])/g, '$1');
}
