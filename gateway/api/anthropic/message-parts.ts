import { mix32 } from '../../../shared/rng.ts';
import type { ChoiceText } from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { CallHead } from '../../generate/segment.ts';
import type { Usage } from '../../generate/usage.ts';
import { insideOfJson } from '../../text/given-text.ts';

/** What whole messages and their streams have in common: JSON in ASCII. */

export interface MessageHead {
  /** `msg_…` */
  readonly id: string;
  readonly model: string;
}

/** A message up to its content. */
export function messageStart({ id, model }: MessageHead): string {
  return (
    `{"id":"${id}","type":"message","role":"assistant","model":"${insideOfJson(model)}"` +
    ',"content":['
  );
}

/** Prompt tokens that did not have to be computed are counted apart from the others. */
export function usageJson({ promptTokens, cachedTokens, completionTokens }: Usage): string {
  return (
    `{"input_tokens":${promptTokens - cachedTokens},"cache_creation_input_tokens":0` +
    `,"cache_read_input_tokens":${cachedTokens},"output_tokens":${completionTokens}}`
  );
}

/** Why a message has ended: `refusal` where it is one. */
export function stopReason(
  reason: FinishReason,
  { stopSequence, segments }: Pick<ChoiceText, 'stopSequence' | 'segments'>,
): string {
  switch (reason) {
    case 'length':
      return 'max_tokens';
    case 'tool_calls':
    case 'function_call':
      return 'tool_use';
    case 'content_filter':
      return 'refusal';
    case 'stop':
      if (stopSequence !== undefined) return 'stop_sequence';
      return segments.some(({ kind }) => kind === 'refusal') ? 'refusal' : 'end_turn';
  }
}

/** A call of a tool up to its input. */
export function callStart({ id, name }: CallHead): string {
  return `{"type":"tool_use","id":"${id}","name":"${insideOfJson(name)}","input":`;
}

const SIGNATURE_WORDS = 16;

/** What says that a thought is the server's own; it follows from the seed of the answer. */
export function signatureOf(seed: number): string {
  const words = Uint32Array.from({ length: SIGNATURE_WORDS }, (_, at) => mix32(seed + at));
  return Buffer.from(words.buffer).toString('base64');
}
