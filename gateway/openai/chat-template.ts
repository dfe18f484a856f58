import { hashText, mix32 } from '../../shared/rng.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';
import type { ChatMessage, ContentPart, Role } from './chat-message.ts';
import {
  audioTokens,
  fileTokens,
  type ImageCost,
  imageTokens,
  videoTokens,
} from './media-tokens.ts';

/**
 * The chat template: one sequence of token ids for a whole request, so that usage, block hashes and
 * limits all speak of the same tokens. A message is START role (NAME name)? SEPARATOR content END;
 * the answer opens like an assistant message, so the next turn of a conversation has the prompt and
 * the answer of this one as its prefix.
 */

/** What the template needs of a tokenizer. */
export interface PromptTokenizer {
  encode(text: string, out: TokenBuffer): void;
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

/**
 * No window is larger than ten million tokens, so a prompt that asks for more pictures and videos
 * than this is refused whatever their exact number; a hint in a URL must not fill the memory.
 */
const MEDIA_TOKENS_MAX = 2 ** 24;

/**
 * Appends the ids of the whole prompt to `out`: tools as compact JSON, the messages in order, and
 * the start of the answer. Returns how many of them are audio.
 */
export function renderPrompt(
  messages: readonly ChatMessage[],
  tools: readonly unknown[],
  imageCost: ImageCost,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
): number {
  const media: MediaBudget = { imageCost, room: MEDIA_TOKENS_MAX, audio: 0 };
  if (tools.length > 0) tokenizer.encode(JSON.stringify(tools), out);
  for (const message of messages) renderMessage(message, tokenizer, out, media);
  openMessage('assistant', out);
  out.push(SEPARATOR);
  return media.audio;
}

interface MediaBudget {
  readonly imageCost: ImageCost;
  /** Tokens that media may still take. */
  room: number;
  audio: number;
}

function openMessage(role: Role, out: TokenBuffer): void {
  out.push(START);
  out.push(ROLE_IDS[role]);
}

function renderMessage(
  message: ChatMessage,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
  media: MediaBudget,
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
    for (const part of content) renderPart(part, tokenizer, out, media);
  }
  if (message.role === 'assistant') renderOtherAnswers(message, tokenizer, out);
  out.push(END);
}

/** What an assistant said other than as content: a refusal, calls. Calls count as JSON text. */
function renderOtherAnswers(
  message: ChatMessage,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
): void {
  if (typeof message.refusal === 'string') tokenizer.encode(message.refusal, out);
  const calls = message.tool_calls ?? message.function_call ?? null;
  if (calls !== null) tokenizer.encode(JSON.stringify(calls), out);
}

function renderPart(
  part: ContentPart,
  tokenizer: PromptTokenizer,
  out: TokenBuffer,
  media: MediaBudget,
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
      renderMedia(url, imageTokens(part.image_url, media.imageCost), out, media);
      return;
    }
    case 'video_url':
      renderMedia(part.video_url.url, videoTokens(part.video_url), out, media);
      return;
    case 'input_audio': {
      const { data } = part.input_audio;
      media.audio += renderMedia(data, audioTokens(part.input_audio), out, media);
      return;
    }
    case 'file': {
      const data = part.file.file_data ?? part.file.file_id ?? '';
      renderMedia(data, fileTokens(part.file), out, media);
      return;
    }
  }
}

/** Ids that follow from the content, so that an equal picture hits again. Returns their number. */
function renderMedia(
  content: string,
  tokens: number,
  out: TokenBuffer,
  media: MediaBudget,
): number {
  const count = Math.min(tokens, media.room);
  media.room -= count;
  const seed = hashText(content);
  out.reserve(count);
  for (let index = 0; index < count; index++) out.push(mix32(seed + index));
  return count;
}
