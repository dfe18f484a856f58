import type { ChoiceText } from '../../generate/answer-encoder.ts';
import { audioTokens, fileTokens, type ImageCost, imageTokens } from '../../prompt/media-tokens.ts';
import type { Prompt, PromptTokenizer } from '../../prompt/prompt.ts';
import type { TokenBuffer } from '../../text/token-buffer.ts';
import { beginMessage, endMessage, renderMedia } from '../openai/chat-template.ts';
import type { Item, ItemPart } from './response-items.ts';

/** What was said before, and what was answered; each turn knows the one before it. */
export interface Turn {
  /** That of the response. */
  readonly id: string;
  readonly previous: Turn | undefined;
  readonly items: readonly Item[];
  readonly answer: ChoiceText;
  /** Bytes and tokens of it and of all turns before it: what it costs to keep and to read. */
  readonly size: number;
}

/** All turns up to one, the first one first. */
export function turnsUpTo(last: Turn | undefined): Turn[] {
  const turns: Turn[] = [];
  for (let turn = last; turn !== undefined; turn = turn.previous) turns.push(turn);
  return turns.reverse();
}

/** What a response is asked for with. */
export interface Question {
  readonly instructions: string | undefined;
  /** Definitions of tools as they were sent. */
  readonly tools: readonly unknown[];
  readonly previous: Turn | undefined;
  readonly items: readonly Item[];
}

/**
 * The prompt of a response, in the template of chats. Items of the assistant that follow each other
 * are one message there, as they are in the answer that they come from: so the next turn has the
 * prompt and the answer of this one as its prefix.
 */
export class ResponsePrompt implements Prompt {
  readonly length = Number.POSITIVE_INFINITY;
  readonly isRemembered = true;
  readonly #question: Question;

  constructor(question: Question) {
    this.#question = question;
  }

  render(imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer): number {
    const { tools, instructions, previous, items } = this.#question;
    if (tools.length > 0) tokenizer.encode(JSON.stringify(tools), out);
    const writer = new PromptWriter(imageCost, tokenizer, out);
    if (instructions !== undefined) writer.item({ role: 'system', content: instructions });
    for (const turn of turnsUpTo(previous)) {
      for (const item of turn.items) writer.item(item);
      writer.answer(turn.answer);
    }
    for (const item of items) writer.item(item);
    writer.openAnswer();
    return writer.audio;
  }
}

type Role = 'user' | 'assistant' | 'system' | 'developer' | 'tool';

/** Appends the ids of items to `out`. */
class PromptWriter {
  audio = 0;
  readonly #imageCost: ImageCost;
  readonly #tokenizer: PromptTokenizer;
  readonly #out: TokenBuffer;
  /** The assistant has begun to speak, and not ended. */
  #isAnswering = false;

  constructor(imageCost: ImageCost, tokenizer: PromptTokenizer, out: TokenBuffer) {
    this.#imageCost = imageCost;
    this.#tokenizer = tokenizer;
    this.#out = out;
  }

  item(item: Item): void {
    if (this.#out.isFull) return;
    switch (item.type ?? 'message') {
      case 'message':
        this.#message(item.role ?? 'user', item.content ?? '');
        break;
      case 'function_call':
        this.#answer();
        // As an answer says a call.
        this.#text(item.name ?? '');
        this.#text(item.arguments ?? '');
        break;
      case 'function_call_output':
        this.#message('tool', item.output ?? '');
        break;
      case 'reasoning':
        this.#answer();
        this.#content(item.content ?? item.summary ?? '');
        break;
    }
  }

  answer(answer: ChoiceText): void {
    this.#answer();
    for (const [index, { call, isPlain }] of answer.segments.entries()) {
      if (this.#out.isFull) return;
      const text = answer.textOf(index, 0, answer.tokensOf(index));
      if (call !== undefined) this.#text(call.name);
      this.#text(isPlain === false ? JSON.parse(`"${text}"`) : text);
    }
  }

  /** Ends what was said before, and begins the answer. */
  openAnswer(): void {
    this.#end();
    beginMessage('assistant', this.#out);
  }

  #message(role: Role, content: string | readonly ItemPart[]): void {
    if (role === 'assistant') this.#answer();
    else {
      this.#end();
      beginMessage(role, this.#out);
    }
    this.#content(content);
    if (role !== 'assistant') endMessage(this.#out);
  }

  #answer(): void {
    if (!this.#isAnswering) beginMessage('assistant', this.#out);
    this.#isAnswering = true;
  }

  #end(): void {
    if (this.#isAnswering) endMessage(this.#out);
    this.#isAnswering = false;
  }

  #content(content: string | readonly ItemPart[]): void {
    if (typeof content === 'string') {
      this.#text(content);
      return;
    }
    for (const part of content) {
      if (this.#out.isFull) return;
      this.#part(part);
    }
  }

  #part(part: ItemPart): void {
    switch (part.type) {
      case 'refusal':
        this.#text(part.refusal);
        break;
      case 'input_image': {
        const url = part.image_url ?? part.file_id ?? '';
        const image = { url, detail: part.detail ?? 'auto' };
        renderMedia(url, imageTokens(image, this.#imageCost), this.#out);
        break;
      }
      case 'input_audio': {
        const { input_audio: audio } = part;
        this.audio += renderMedia(audio.data, audioTokens(audio), this.#out);
        break;
      }
      case 'input_file': {
        const data = part.file_data ?? part.file_url ?? part.file_id ?? '';
        renderMedia(data, fileTokens({ file_data: part.file_data ?? '' }), this.#out);
        break;
      }
      default:
        this.#text(part.text);
    }
  }

  #text(text: string): void {
    if (text !== '') this.#tokenizer.encode(text, this.#out);
  }
}
