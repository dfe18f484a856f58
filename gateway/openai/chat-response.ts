import { type Usage, usageJson } from './usage.ts';

/** Why an answer ended. */
export type FinishReason = 'stop' | 'length' | 'content_filter';

/**
 * One answer of a completion. Texts are the inside of a JSON string: text of the corpus stands for
 * itself, any other has to be escaped first.
 */
export interface Choice {
  readonly content: string;
  /** Absent where the model does not reason. */
  readonly reasoning: string | undefined;
  readonly finishReason: FinishReason;
}

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

/** The body of an answer that is not streamed. */
export function completionBody(head: AnswerHead, choices: readonly Choice[], usage: Usage): string {
  let rendered = '';
  for (let index = 0; index < choices.length; index++) {
    const choice = choices[index];
    if (choice === undefined) break;
    rendered += (index === 0 ? '' : ',') + choiceJson(index, choice);
  }
  return (
    `{"id":"${head.id}","object":"chat.completion","created":${head.createdS}` +
    `,"model":${head.modelJson},"choices":[${rendered}],"usage":${usageJson(usage)}` +
    `,"system_fingerprint":"${head.fingerprint}","service_tier":"default"}`
  );
}

function choiceJson(index: number, choice: Choice): string {
  const { reasoning } = choice;
  const thought = reasoning === undefined ? '' : `,"reasoning_content":"${reasoning}"`;
  return (
    `{"index":${index},"message":{"role":"assistant","content":"${choice.content}"` +
    `,"refusal":null${thought}},"logprobs":null,"finish_reason":"${choice.finishReason}"}`
  );
}
