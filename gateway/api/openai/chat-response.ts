import type { HeaderList } from '../../../shared/errors.ts';
import {
  type AnswerFacts,
  type BodyEncoder,
  type ChoiceText,
  type FinishReason,
  segmentSlices,
} from '../../generate/answer-encoder.ts';
import type { SegmentKind } from '../../generate/answer-plan.ts';
import type { Usage } from '../../generate/usage.ts';
import { answerHeaders } from './answer-headers.ts';
import { usageJson } from './usage.ts';

/** What all chunks and the whole body of one answer have in common. */
export interface AnswerHead {
  /** `chatcmpl-…` */
  readonly id: string;
  /** Unix seconds. */
  readonly createdS: number;
  /** The model's id as the client sent it, as a JSON string literal. */
  readonly modelJson: string;
  /** `fp_…` */
  readonly fingerprint: string;
}

/** The body of a chat completion that is not streamed. */
export class ChatResponse implements BodyEncoder {
  readonly isStream = false;
  readonly #head: AnswerHead;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  headers(answer: AnswerFacts): HeaderList {
    return answerHeaders(answer);
  }

  whole(choices: readonly ChoiceText[], usage: Usage): string {
    let body = this.#start();
    for (const [index, choice] of choices.entries()) {
      const text = segmentOf(choice, 'text');
      const reasoning = segmentOf(choice, 'reasoning');
      body += choiceStart(index) + choice.textOf(text, 0, choice.tokensOf(text)) + CONTENT_END;
      if (reasoning >= 0) {
        const thought = choice.textOf(reasoning, 0, choice.tokensOf(reasoning));
        body += REASONING_START + thought + REASONING_END;
      }
      body += choiceEnd(choice.finishReason);
    }
    return body + this.#end(usage);
  }

  *slices(choices: readonly ChoiceText[], usage: Usage): Generator<string, void, undefined> {
    yield this.#start();
    for (const [index, choice] of choices.entries()) {
      const reasoning = segmentOf(choice, 'reasoning');
      yield choiceStart(index);
      yield* segmentSlices(choice, segmentOf(choice, 'text'));
      yield CONTENT_END;
      if (reasoning >= 0) {
        yield REASONING_START;
        yield* segmentSlices(choice, reasoning);
        yield REASONING_END;
      }
      yield choiceEnd(choice.finishReason);
    }
    yield this.#end(usage);
  }

  #start(): string {
    const { id, createdS, modelJson } = this.#head;
    return (
      `{"id":"${id}","object":"chat.completion","created":${createdS}` +
      `,"model":${modelJson},"choices":[`
    );
  }

  #end(usage: Usage): string {
    return (
      `],"usage":${usageJson(usage)}` +
      `,"system_fingerprint":"${this.#head.fingerprint}","service_tier":"default"}`
    );
  }
}

/** The first segment of a kind, or -1. */
function segmentOf({ segments }: ChoiceText, wanted: SegmentKind): number {
  for (let index = 0; index < segments.length; index++) {
    if (segments[index]?.kind === wanted) return index;
  }
  return -1;
}

const FIRST_CHOICE_START = '{"index":0,"message":{"role":"assistant","content":"';

function choiceStart(index: number): string {
  if (index === 0) return FIRST_CHOICE_START;
  return `,{"index":${index},"message":{"role":"assistant","content":"`;
}

const CONTENT_END = '","refusal":null';
const REASONING_START = ',"reasoning_content":"';
const REASONING_END = '"';

function choiceEnd(reason: FinishReason): string {
  return `},"logprobs":null,"finish_reason":"${reason}"}`;
}
