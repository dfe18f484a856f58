import { ApiError } from '../../shared/errors.ts';
import { type FixtureBook, MESSAGE_LENGTH_MAX } from '../fixtures/fixture-book.ts';
import type { Generation } from '../generate/generation.ts';
import type { Generator } from '../generate/generator.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestHead } from '../http/request-head.ts';

/** What fixtures may ask of a body. */
export interface Question {
  /** The text of the last message of the user. */
  readonly message: string;
  /** The names of the tools that it offers. */
  readonly tools: readonly string[];
  /** It ends with what a tool has said. */
  readonly hasToolResult: boolean;
  /** What ids of calls begin with in its answers; empty if these have no calls. */
  readonly callPrefix: string;
}

/** A request as its route has read it. */
interface Asked {
  readonly endpoint: string;
  readonly head: RequestHead;
  readonly question: Question;
}

interface ScriptHost {
  readonly fixtures: FixtureBook;
  readonly generator: Generator;
}

/** Answers a request as a fixture says, if one takes it, and else as it would be answered. */
export function answerScripted(
  exchange: Exchange,
  generation: Generation,
  bodyBytes: number,
  { endpoint, head, question }: Asked,
  { fixtures, generator }: ScriptHost,
): Promise<void> | undefined {
  const scripted = fixtures.answerTo({
    endpoint,
    model: generation.model.id,
    message: question.message.slice(0, MESSAGE_LENGTH_MAX),
    tools: question.tools,
    hasToolResult: question.hasToolResult,
    callPrefix: question.callPrefix,
    header: (name) => head.getHeader(name),
  });
  if (scripted === undefined) return generator.answer(exchange, generation, bodyBytes);
  const { content, delayMs } = scripted;
  const answer = (): Promise<void> | undefined => {
    if (content instanceof ApiError) {
      exchange.sendError(content);
      return undefined;
    }
    const said = content === undefined ? generation : { ...generation, content };
    return generator.answer(exchange, said, bodyBytes);
  };
  return delayMs === 0 ? answer() : later(exchange, delayMs, answer);
}

/** Resolves when the answer was begun, or when the client has left. */
function later(
  exchange: Exchange,
  delayMs: number,
  answer: () => Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(answer());
      } catch (error) {
        reject(error);
      }
    }, delayMs);
    const gone = (): void => {
      clearTimeout(timer);
      resolve();
    };
    exchange.attend({ gone, room: () => {} });
  });
}
