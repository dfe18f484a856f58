import { type JsonObject, parseJsonObject, textOfBody } from '../../gateway/api/json-body.ts';
import { CHAT_BODY } from '../../gateway/api/openai/chat-body.ts';
import { type ChatRequest, chatRequestOf } from '../../gateway/api/openai/chat-request.ts';
import { renderPrompt } from '../../gateway/api/openai/chat-template.ts';
import { STANDARD_IMAGE_COST } from '../../gateway/prompt/media-tokens.ts';
import { SimpleTokenizer } from '../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../gateway/text/token-buffer.ts';
import { ApiError } from '../../shared/errors.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

/** Request bodies from text to a checked request and to prompt ids. */
export function suite(mode: BenchMode): Promise<BenchRow[]> {
  const small = JSON.stringify(body(1, 12));
  const long = JSON.stringify(body(100, 40));
  const calls = mode === 'smoke' ? 2 : 1000;
  return measure(mode, [
    ...tasks('small body', small, calls),
    ...tasks('100 messages', long, Math.ceil(calls / 20)),
    mixedShapes(calls),
  ]);
}

function tasks(name: string, text: string, operations: number): BenchTask[] {
  const parsed = object(text);
  const bytes = Buffer.from(text);
  const out = new TokenBuffer();
  const tokenizer = new SimpleTokenizer();
  return [
    {
      name: `${name}: JSON.parse alone`,
      operations,
      run: () => {
        for (let call = 0; call < operations; call++) use(JSON.parse(text));
      },
      note: `${text.length} characters`,
    },
    {
      name: `${name}: parse within bounds`,
      operations,
      run: () => {
        for (let call = 0; call < operations; call++) use(parsedWithinBounds(bytes));
      },
    },
    {
      name: `${name}: validate`,
      operations,
      run: () => {
        for (let call = 0; call < operations; call++) use(checked(parsed));
      },
    },
    {
      name: `${name}: render the prompt`,
      operations,
      run: () => {
        for (let call = 0; call < operations; call++) {
          const request = checked(parsed);
          out.clear();
          renderPrompt(request.messages, request.tools, STANDARD_IMAGE_COST, tokenizer, out);
          use(out.length);
        }
      },
      note: 'validation included',
    },
  ];
}

/** Clients send their fields in different orders, which defeats the inline caches of the engine. */
function mixedShapes(operations: number): BenchTask {
  const bodies: JsonObject[] = [];
  for (let shape = 0; shape < 16; shape++) {
    const fields = Object.entries(body(1, 12));
    bodies.push(
      object(
        JSON.stringify(
          Object.fromEntries([...fields.splice(shape % 7), ...fields, [`x_${shape}`, shape]]),
        ),
      ),
    );
  }
  return {
    name: 'small bodies of 16 shapes: validate',
    operations,
    run: () => {
      for (let call = 0; call < operations; call++) {
        use(checked(bodies[call % bodies.length] ?? {}));
      }
    },
  };
}

function checked(json: JsonObject): ChatRequest {
  const fields = CHAT_BODY.parse(json);
  if (fields instanceof ApiError) throw new Error(fields.message);
  return chatRequestOf(fields);
}

function body(messages: number, words: number): JsonObject {
  const content = 'word '.repeat(words);
  return {
    model: 'openai/gpt-oss-120b',
    messages: Array.from({ length: messages }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content,
    })),
    max_completion_tokens: 100,
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.7,
    ignore_eos: true,
  };
}

function object(text: string): JsonObject {
  const parsed = parsedWithinBounds(Buffer.from(text));
  if (parsed instanceof ApiError) throw new Error(parsed.message);
  return parsed;
}

function parsedWithinBounds(bytes: Buffer): JsonObject | ApiError {
  const text = textOfBody(bytes);
  return text instanceof ApiError ? text : parseJsonObject(text);
}

/** Depends on the result, so that the work is not optimised away. */
function use(result: unknown): void {
  if (result === undefined) throw new Error('nothing was computed');
}
