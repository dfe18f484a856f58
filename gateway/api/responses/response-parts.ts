import { type ChoiceText, segmentSlices } from '../../generate/answer-encoder.ts';
import type { FinishReason } from '../../generate/finish.ts';
import type { Usage } from '../../generate/usage.ts';
import { insideOfJson } from '../../text/given-text.ts';
import type { ResponseBody } from './response-body.ts';

/** What responses, their streams and what is stored of them have in common: JSON in ASCII. */

/** Characters of a part, each of which is one byte. */
const PART_LENGTH = 2048;

/** What is known of a response when it is asked for. */
export interface ResponseHead {
  /** `resp_…` */
  readonly id: string;
  readonly createdS: number;
  readonly model: string;
  /** What it says again of its request: members, with a comma before each. */
  readonly echo: string;
}

type Named = Pick<ResponseHead, 'id'>;

/** What a response says again of its request. */
export function echoOf(body: ResponseBody, model: string): string {
  const { reasoning, text, tools } = body;
  const members = {
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: text?.format ?? { type: 'text' }, verbosity: text?.verbosity ?? 'medium' },
    tool_choice: body.tool_choice ?? 'auto',
    tools: tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  };
  return `,${inAscii(JSON.stringify(members)).slice(1, -1)}`;
}

/** JSON that has a byte for each character. */
export function inAscii(json: string): string {
  return json.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** ASCII in parts of less than 4 KiB. */
export function* asciiParts(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; at += PART_LENGTH) yield text.slice(at, at + PART_LENGTH);
}

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed';

export function statusOf(reason: FinishReason): ResponseStatus {
  return reason === 'length' ? 'incomplete' : 'completed';
}

/** A response in which nothing was said yet, or nothing more is. */
export function* emptyResponse(
  head: ResponseHead,
  status: 'in_progress' | 'failed',
  error = 'null',
): Generator<string, void, undefined> {
  yield responseStart(head, status, error, 'null');
  yield* asciiParts(head.echo);
  yield ',"output":[],"usage":null}';
}

/** A whole response. */
export function* wholeResponse(
  head: ResponseHead,
  choice: ChoiceText,
  usage: Usage,
): Generator<string, void, undefined> {
  const isCut = choice.finishReason === 'length';
  const details = isCut ? '{"reason":"max_output_tokens"}' : 'null';
  yield responseStart(head, statusOf(choice.finishReason), 'null', details);
  yield* asciiParts(head.echo);
  yield ',"output":[';
  yield* outputParts(head, choice);
  yield `],"usage":${usageJson(usage)}}`;
}

function responseStart(
  { id, createdS }: ResponseHead,
  status: ResponseStatus,
  error: string,
  details: string,
): string {
  return (
    `{"id":"${id}","object":"response","created_at":${createdS},"status":"${status}"` +
    `,"background":false,"error":${error},"incomplete_details":${details}`
  );
}

function* outputParts(head: Named, choice: ChoiceText): Generator<string, void, undefined> {
  let comma = '';
  for (const segment of outputItems(choice)) {
    yield comma;
    yield* itemParts(head, choice, segment);
    comma = ',';
  }
}

/** The segments of an answer that are items: a stop sequence may have ended it before some. */
export function outputItems(choice: ChoiceText): number[] {
  return [...choice.segments.keys()].filter((segment) => {
    return segment === 0 || choice.tokensOf(segment) > 0;
  });
}

/** The item that is made of a segment. */
export function* itemParts(
  head: Named,
  choice: ChoiceText,
  segment: number,
): Generator<string, void, undefined> {
  const { segments, finishReason } = choice;
  const isCut = finishReason === 'length' && segment === segments.length - 1;
  const [start, end] = itemFrame(head, choice, segment, isCut ? 'incomplete' : 'completed');
  const content = contentFrame(choice, segment);
  yield start;
  if (content !== undefined) yield content[0];
  yield* segmentSlices(choice, segment);
  if (content !== undefined) yield content[1];
  yield end;
}

/** An item before its first token. */
export function emptyItem(head: Named, choice: ChoiceText, segment: number): string {
  return itemFrame(head, choice, segment, 'in_progress').join('');
}

/** What stands around the content of an item, or around the arguments of a call. */
function itemFrame(
  head: Named,
  { segments }: ChoiceText,
  segment: number,
  status: string,
): readonly [string, string] {
  const { kind, call } = segments[segment] ?? { kind: 'text' };
  const start = `{"id":"${itemId(head, { segments }, segment)}","status":"${status}","type":`;
  if (call !== undefined) {
    const name = `"call_id":"${call.id}","name":"${insideOfJson(call.name)}"`;
    return [`${start}"function_call",${name},"arguments":"`, '"}'];
  }
  if (kind === 'reasoning') return [`${start}"reasoning","summary":[],"content":[`, ']}'];
  return [`${start}"message","role":"assistant","content":[`, ']}'];
}

/** What stands around the text of a part of the content of an item; a call has none. */
export function contentFrame(
  { segments }: Pick<ChoiceText, 'segments'>,
  segment: number,
): readonly [string, string] | undefined {
  switch (segments[segment]?.kind) {
    case 'call':
      return undefined;
    case 'reasoning':
      return ['{"type":"reasoning_text","text":"', '"}'];
    case 'refusal':
      return ['{"type":"refusal","refusal":"', '"}'];
    default:
      return ['{"type":"output_text","annotations":[],"logprobs":[],"text":"', '"}'];
  }
}

/** That of the response, with the prefix of its type. */
export function itemId(
  { id }: Named,
  { segments }: Pick<ChoiceText, 'segments'>,
  segment: number,
): string {
  const kind = segments[segment]?.kind;
  const prefix = kind === 'call' ? 'fc' : kind === 'reasoning' ? 'rs' : 'msg';
  return `${prefix}_${suffixOf(id)}${segment}`;
}

/** The id of a response without its prefix. */
export function suffixOf(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

function usageJson(usage: Usage): string {
  const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = usage;
  return (
    `{"input_tokens":${promptTokens},"input_tokens_details":{"cached_tokens":${cachedTokens}}` +
    `,"output_tokens":${completionTokens}` +
    `,"output_tokens_details":{"reasoning_tokens":${reasoningTokens}}` +
    `,"total_tokens":${promptTokens + completionTokens}}`
  );
}
