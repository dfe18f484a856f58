import { ApiError, apiError } from '../../../shared/errors.ts';
import { endless } from '../../generate/context-limits.ts';
import type { Generator as AnswerGenerator } from '../../generate/generator.ts';
import { DEFAULT_MODEL } from '../../models/model-catalog.ts';
import type { Prompt } from '../../prompt/prompt.ts';
import { PromptReader } from '../../prompt/prompt-reader.ts';
import { TextPrompt } from '../../prompt/text-prompt.ts';
import { loadO200k } from '../../text/o200k-tokenizer.ts';
import { TokenBuffer } from '../../text/token-buffer.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import { type BodyHost, bodyRoute } from '../body-route.ts';
import { isJsonObject } from '../json-body.ts';
import { type PartsSettings, sendParts, textInside } from '../json-parts.ts';
import { ANSWER_START_TOKENS, ChatPrompt, templateText } from '../openai/chat-template.ts';
import type { Route } from '../route.ts';
import { DETOKENIZE_BODY, TOKENIZE_BODY } from './tokenize-bodies.ts';

/** A text with more tokens is refused: 16 MiB of ids. */
const TOKENS_MAX = 2 ** 22;
/** Of a part of a body: less than 4 KiB, made in some 20 us. */
const IDS_AT_ONCE = 300;
const TEXTS_AT_ONCE = 64;
const PART_LENGTH = 2048;

/** What the routes need of the server. */
export interface TokenizeHost extends BodyHost {
  readonly generator: AnswerGenerator;
  readonly settings: PartsSettings;
  nowS(): number;
}

const TOKENIZE_ROUTE = bodyRoute(
  '/tokenize',
  TOKENIZE_BODY,
  (host: TokenizeHost) => async (exchange, body, bodyBytes) => {
    const model = host.generator.modelOf(body.model ?? DEFAULT_MODEL, host.nowS());
    if (model instanceof ApiError) {
      exchange.sendError(model);
      return;
    }
    const tokenizer = await loadO200k();
    const reader = new PromptReader(tokenizer, host.slicedWork);
    const { messages, prompt } = body;
    const tools = Array.isArray(body.tools) ? body.tools.filter(isJsonObject) : [];
    const read: Prompt = messages ? new ChatPrompt(messages, tools) : new TextPrompt(prompt ?? '');
    const tokens = new TokenBuffer();
    tokens.limit = TOKENS_MAX;
    await reader.readInSlices(read, model.imageCost, tokens, () => exchange.isOpen);
    if (tokens.isFull) {
      exchange.sendError(endless(messages ? 'messages' : 'prompt', TOKENS_MAX, tokens.length));
      return;
    }
    // Nothing else stands for an empty text here.
    if (prompt === '') tokens.clear();
    if (messages && body.add_generation_prompt === false) tokens.length -= ANSWER_START_TOKENS;
    const ids = tokens.ids.subarray(0, tokens.length);
    const texts = body.return_token_strs ? tokenizer : undefined;
    sendParts(exchange, tokenizeParts(ids, model.window, texts), bodyBytes, host.settings);
  },
);

const DETOKENIZE_ROUTE = bodyRoute(
  '/detokenize',
  DETOKENIZE_BODY,
  (host: TokenizeHost) => async (exchange, body, bodyBytes) => {
    const tokenizer = await loadO200k();
    const unknown = body.tokens.findIndex((id) => pieceOf(id, tokenizer) === undefined);
    if (unknown >= 0) {
      const expected = 'the id of a token of o200k_base';
      const param = `tokens[${unknown}]`;
      const got = String(body.tokens[unknown]);
      exchange.sendError(apiError('invalid_value', { param, got, expected }));
      return;
    }
    sendParts(exchange, detokenizeParts(body.tokens, tokenizer), bodyBytes, host.settings);
  },
);

export const TOKENIZE_ROUTES: readonly Route<TokenizeHost>[] = [TOKENIZE_ROUTE, DETOKENIZE_ROUTE];

type Parts = Generator<string, void, undefined>;

/** With the text of each token if there is a tokenizer to say it. */
function* tokenizeParts(ids: Uint32Array, window: number, tokenizer: Tokenizer | undefined): Parts {
  yield `{"count":${ids.length},"max_model_len":${window},"tokens":[`;
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    yield (at === 0 ? '' : ',') + ids.subarray(at, at + IDS_AT_ONCE).join();
  }
  yield '],"token_strs":';
  if (tokenizer !== undefined) yield* tokenTextParts(ids, tokenizer);
  yield tokenizer === undefined ? 'null}' : '}';
}

function* tokenTextParts(ids: Uint32Array, tokenizer: Tokenizer): Parts {
  let part = '[';
  for (const [at, id] of ids.entries()) {
    const text = Buffer.from(bytesOf(id, tokenizer) ?? []).toString();
    part += (at === 0 ? '' : ',') + JSON.stringify(text);
    if (part.length < PART_LENGTH) continue;
    yield part;
    part = '';
  }
  yield `${part}]`;
}

/** Tokens may be parts of characters, which are put together. */
function* detokenizeParts(ids: readonly number[], tokenizer: Tokenizer): Parts {
  const decoder = new TextDecoder();
  yield '{"prompt":"';
  for (let at = 0; at < ids.length; at += TEXTS_AT_ONCE) {
    const bytes = ids
      .slice(at, at + TEXTS_AT_ONCE)
      .map((id) => bytesOf(id, tokenizer) ?? Buffer.alloc(0));
    yield* textInside(decoder.decode(Buffer.concat(bytes), { stream: true }));
  }
  yield* textInside(decoder.decode());
  yield '"}';
}

/** Of a token of a text, or of the template of chats; undefined if there is none such. */
function bytesOf(id: number, tokenizer: Tokenizer): Uint8Array | undefined {
  const piece = pieceOf(id, tokenizer);
  return typeof piece === 'string' ? Buffer.from(piece) : piece;
}

function pieceOf(id: number, tokenizer: Tokenizer): string | Uint8Array | undefined {
  return templateText(id) ?? tokenizer.pieceOf(id);
}
