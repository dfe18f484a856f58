import { fileTokens, type ImageCost, imageTokens } from '../../prompt/media-tokens.ts';
import type { Prompt, PromptTokenizer } from '../../prompt/prompt.ts';
import type { TokenBuffer } from '../../text/token-buffer.ts';
import { beginMessage, endMessage, renderMedia } from '../openai/chat-template.ts';
import type { Block, DocumentBlock, ImageBlock, Message, SystemPrompt } from './message-blocks.ts';

/** What a conversation is made of. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly system: SystemPrompt | undefined;
  /** Definitions of tools as they were sent. */
  readonly tools: readonly unknown[];
}

/**
 * The prompt of a conversation, in the template of chats: so the same conversation has the same
 * tokens there and here. Blocks of an assistant are what answers are made of, one by one, so that
 * the next turn has the prompt and the answer of this one as its prefix. The result of a tool is a
 * message of its own. An answer goes on with a last message of the assistant, if there is one.
 */
export class MessagePrompt implements Prompt {
  readonly length = Number.POSITIVE_INFINITY;
  readonly isRemembered = true;
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  render(imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer): number {
    const { messages, system, tools } = this.#conversation;
    if (tools.length > 0) tokenizer.encode(JSON.stringify(tools), out);
    const writer = new PromptWriter(imageCost, tokenizer, out);
    if (system !== undefined) writer.system(system);
    for (const message of messages) {
      if (out.isFull) return 0;
      writer.message(message);
    }
    writer.openAnswer();
    return 0;
  }
}

/** Appends the ids of messages to `out`. */
class PromptWriter {
  readonly #imageCost: ImageCost;
  readonly #tokenizer: PromptTokenizer;
  readonly #out: TokenBuffer;
  /** The role of the message that was begun and not ended. */
  #role: 'user' | 'assistant' | undefined;

  constructor(imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer) {
    this.#imageCost = imageCost;
    this.#tokenizer = tokenizer;
    this.#out = out;
  }

  system(system: SystemPrompt): void {
    beginMessage('system', this.#out);
    if (typeof system === 'string') this.#text(system);
    else for (const { text } of system) this.#text(text);
    endMessage(this.#out);
  }

  message({ role, content }: Message): void {
    this.#end();
    if (typeof content === 'string') {
      this.#begin(role);
      this.#text(content);
      return;
    }
    for (const block of content) {
      if (this.#out.isFull) return;
      if (block.type === 'tool_result') {
        this.#end();
        this.#toolResult(block.content ?? '');
      } else {
        if (this.#role === undefined) this.#begin(role);
        this.#block(block);
      }
    }
  }

  openAnswer(): void {
    if (this.#role === 'assistant') return;
    this.#end();
    this.#begin('assistant');
  }

  #begin(role: 'user' | 'assistant'): void {
    beginMessage(role, this.#out);
    this.#role = role;
  }

  #end(): void {
    if (this.#role !== undefined) endMessage(this.#out);
    this.#role = undefined;
  }

  #toolResult(content: string | readonly Block[]): void {
    beginMessage('tool', this.#out);
    this.#content(content);
    endMessage(this.#out);
  }

  #content(content: string | readonly Block[]): void {
    if (typeof content === 'string') {
      this.#text(content);
      return;
    }
    for (const block of content) {
      if (this.#out.isFull) return;
      this.#block(block);
    }
  }

  #block(block: Block): void {
    switch (block.type) {
      case 'text':
        this.#text(block.text);
        break;
      case 'thinking':
        this.#text(block.thinking);
        break;
      case 'redacted_thinking':
        this.#text(block.data);
        break;
      case 'tool_use':
        // As an answer says a call.
        this.#text(block.name);
        this.#text(JSON.stringify(block.input));
        break;
      case 'image':
        this.#image(block.source);
        break;
      case 'document':
        this.#document(block);
        break;
    }
  }

  #text(text: string): void {
    this.#tokenizer.encode(text, this.#out);
  }

  #image(source: ImageBlock['source']): void {
    const url = urlOf(source);
    renderMedia(url, imageTokens({ url }, this.#imageCost), this.#out);
  }

  #document({ title, context, source }: DocumentBlock): void {
    if (typeof title === 'string') this.#text(title);
    if (typeof context === 'string') this.#text(context);
    if (source.type === 'text') this.#text(source.data);
    else if (source.type === 'content') this.#content(source.content);
    else {
      const data = source.type === 'base64' ? source.data : '';
      renderMedia(urlOf(source), fileTokens({ file_data: data }), this.#out);
    }
  }
}

function urlOf(source: ImageBlock['source']): string {
  switch (source.type) {
    case 'base64':
      return `data:${source.media_type};base64,${source.data}`;
    case 'url':
      return source.url;
    case 'file':
      return source.file_id;
  }
}
