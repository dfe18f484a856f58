import { hashText, mix32 } from '../../../shared/rng.ts';
import {
  audioTokens,
  fileTokens,
  type ImageCost,
  imageTokens,
  videoTokens,
} from '../../prompt/media-tokens.ts';
import type { Prompt, PromptTokenizer } from '../../prompt/prompt.ts';
import type { TokenBuffer } from '../../text/token-buffer.ts';
import type { AssistantMessage, ChatMessage, ContentPart, Role } from './chat-message.ts';

/**
 * The chat template: one sequence of token ids for a whole request, so that usage, block hashes and
 * limits all speak of the same tokens. A message is START role (NAME name)? SEPARATOR content END;
 * the answer opens like an assistant message, so the next turn of a conversation has the prompt and
 * the answer of this one as its prefix.
 */

/** The prompt of a chat: its messages, and the definitions of its tools as they were sent. */
export class ChatPrompt implements Prompt {
  readonly length = Number.POSITIVE_INFINITY;
  readonly isRemembered = true;
  readonly #messages: readonly ChatMessage[];
  readonly #tools: readonly unknown[];

  constructor(messages: readonly ChatMessage[], tools: readonly unknown[]) {
    this.#messages = messages;
    this.#tools = tools;
  }

  render(imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer): number {
    return renderPrompt(this.#messages, this.#tools, imageCost, tokenizer, out);
  }
}

/** Border ids lie above every vocabulary, and no piece of text hashes to them in practice. */
const START = 0xffff_ff00;
const SEPARATOR = 0xffff_ff01;
const END = 0xffff_ff02;
const NAME = 0xffff_ff03;
const ROLE_IDS: Readonly<Record<Role, number>> = {
  system: 0xffff_ff10,
  developer: 0xffff_ff11,
  user: 0xffff_ff12,
  assistant: 0xffff_ff13,
  tool: 0xffff_ff14,
  function: 0xffff_ff15,
};

/** The tokens that open the answer. */
export const ANSWER_START_TOKENS = 3;

const TEMPLATE_TEXTS: ReadonlyMap<number, string> = new Map([
  [START, '<|im_start|>'],
  [SEPARATOR, '<|im_sep|>'],
  [END, '<|im_end|>'],
  [NAME, '<|im_name|>'],
  ...Object.entries(ROLE_IDS).map(([role, id]) => [id, role] as const),
]);

/** What an id of the template stands for; undefined for any other. */
export function templateText(id: number): string | undefined {
  return TEMPLATE_TEXTS.get(id);
}

/**
 * Appends the ids of the whole prompt to `out`: tools as compact JSON, the messages in order, and
 * the start of the answer. Returns how many of them are audio. Stops when `out` is full.
 */
export function renderPrompt(
  messages: readonly ChatMessage[],
  tools: readonly unknown[],
  imageCost: ImageCost,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
): number {
  const media: MediaCost = { imageCost, audio: 0 };
  if (tools.length > 0) tokenizer.encode(JSON.stringify(tools), out);
  for (const message of messages) {
    if (out.isFull) break;
    renderMessage(message, tokenizer, out, media);
  }
  beginMessage('assistant', out);
  return media.audio;
}

interface MediaCost {
  readonly imageCost: ImageCost;
  audio: number;
}

function openMessage(role: Role, out: TokenBuffer): void {
  out.push(START);
  out.push(ROLE_IDS[role]);
}

/** Up to the content of a message that says no name. */
export function beginMessage(role: Role, out: TokenBuffer): void {
  openMessage(role, out);
  out.push(SEPARATOR);
}

export function endMessage(out: TokenBuffer): void {
  out.push(END);
}

function renderMessage(
  message: ChatMessage,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
  media: MediaCost,
): void {
  const { content, name } = message;
  openMessage(message.role, out);
  if (typeof name === 'string') {
    out.push(NAME);
    tokenizer.encode(name, out);
  }
  out.push(SEPARATOR);
  if (typeof content === 'string') {
    tokenizer.encode(content, out);
  } else if (content !== null && content !== undefined) {
    for (const part of content) {
      if (out.isFull) return;
      renderPart(part, tokenizer, out, media);
    }
  }
  if (message.role === 'assistant') renderOtherAnswers(message, tokenizer, out);
  endMessage(out);
}

/** What an assistant said other than as content: a refusal, calls. */
function renderOtherAnswers(
  message: AssistantMessage,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
): void {
  if (typeof message.refusal === 'string') tokenizer.encode(message.refusal, out);
  for (const call of message.tool_calls ?? []) renderCall(call, tokenizer, out);
  const { function_call: legacy } = message;
  if (legacy !== undefined && legacy !== null) renderCall({ function: legacy }, tokenizer, out);
}

/**
 * A call as an answer says it, so that the next turn finds its blocks; another thing as JSON text.
 */
function renderCall(call: unknown, tokenizer: PromptTokenizer, out: TokenBuffer): void {
  if (!isFunctionCall(call)) {
    tokenizer.encode(JSON.stringify(call), out);
    return;
  }
  tokenizer.encode(call.function.name, out);
  tokenizer.encode(call.function.arguments, out);
}

interface FunctionCall {
  readonly function: { readonly name: string; readonly arguments: string };
}

function isFunctionCall(call: unknown): call is FunctionCall {
  if (typeof call !== 'object' || call === null || !('function' in call)) return false;
  const { function: called } = call;
  if (typeof called !== 'object' || called === null) return false;
  if (!('name' in called) || !('arguments' in called)) return false;
  return typeof called.name === 'string' && typeof called.arguments === 'string';
}

function renderPart(
  part: ContentPart,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
  media: MediaCost,
): void {
  switch (part.type) {
    case 'text':
      tokenizer.encode(part.text, out);
      return;
    case 'refusal':
      tokenizer.encode(part.refusal, out);
      return;
    case 'image_url': {
      const { url } = part.image_url;
      renderMedia(url, imageTokens(part.image_url, media.imageCost), out);
      return;
    }
    case 'video_url':
      renderMedia(part.video_url.url, videoTokens(part.video_url), out);
      return;
    case 'input_audio': {
      const { data } = part.input_audio;
      media.audio += renderMedia(data, audioTokens(part.input_audio), out);
      return;
    }
    case 'file': {
      const data = part.file.file_data ?? part.file.file_id ?? '';
      renderMedia(data, fileTokens(part.file), out);
      return;
    }
  }
}

/**
 * Ids that follow from the content, so that an equal picture hits again. Returns their number.
 */
export function renderMedia(content: string, tokens: number, out: TokenBuffer): number {
  const count = Math.min(tokens, Math.max(0, out.limit + 1 - out.length));
  const seed = hashText(content);
  out.reserve(count);
  for (let index = 0; index < count; index++) out.push(mix32(seed + index));
  return count;
}
