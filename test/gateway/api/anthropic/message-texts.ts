import type { ChoiceText } from '../../../../gateway/generate/answer-encoder.ts';
import type { FinishReason } from '../../../../gateway/generate/finish.ts';
import type { CallHead, SegmentKind } from '../../../../gateway/generate/segment.ts';
import type { Usage } from '../../../../gateway/generate/usage.ts';
import { insideOfJson } from '../../../../gateway/text/given-text.ts';

/** Answers as encoders of messages get them. */

export const HEAD = { id: 'msg_1', model: 'a/"ü"' };

export const USAGE: Usage = {
  promptTokens: 100,
  cachedTokens: 64,
  promptAudioTokens: 0,
  completionTokens: 20,
  reasoningTokens: 8,
};
export const USAGE_JSON = {
  input_tokens: 36,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 64,
  output_tokens: 20,
};

/** Arguments with all that has to be escaped somewhere. */
export const INPUT = { 'a "name"': 'line\n\\ "ü" \u{1f600}', b: [1, -2.5e-7, null] };

export interface Part {
  readonly kind: SegmentKind;
  readonly text: string;
  readonly call?: CallHead;
}

export const THOUGHT: Part = { kind: 'reasoning', text: 'why' };
export const TEXT: Part = { kind: 'text', text: 'The sky.' };
export const CALLS: readonly Part[] = [
  { kind: 'call', text: JSON.stringify(INPUT), call: { id: 'toolu_1', name: 'look_up' } },
  { kind: 'call', text: '{}', call: { id: 'toolu_2', name: 'stop' } },
];

/** A choice whose tokens are characters. */
export function choiceOf(
  segments: readonly Part[],
  finishReason: FinishReason,
  stopSequence?: string,
): ChoiceText {
  return {
    finishReason,
    stopSequence,
    seed: 7,
    segments,
    tokensOf: (segment) => segments[segment]?.text.length ?? 0,
    textOf: (segment, from, to) => insideOfJson(segments[segment]?.text.slice(from, to) ?? ''),
  };
}
