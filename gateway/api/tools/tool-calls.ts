import { mix32 } from '../../../shared/rng.ts';
import { writeDocument } from '../../documents/document.ts';
import { type DocumentSchema, readSchema } from '../../documents/document-schema.ts';
import { MessageValues } from '../../documents/message-values.ts';
import type { AnswerContent, AnswerPart } from '../../generate/answer-content.ts';
import type { FinishReason } from '../../generate/finish.ts';
import { GivenText } from '../../text/given-text.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import { valuesOfEach } from './document-answer.ts';
import type { Tool } from './tool-choice.ts';

interface Call {
  readonly tool: Tool;
  readonly schema: DocumentSchema | undefined;
}

/** Why no arguments can be made for a tool. */
export interface ToolProblem {
  readonly tool: Tool;
  readonly reason: string;
}

/** An answer that calls tools, with arguments that their schemas allow. */
export class ToolCalls implements AnswerContent {
  readonly naturalEnd: FinishReason;
  readonly #calls: readonly Call[];
  readonly #newId: () => string;
  readonly #userText: string;
  readonly #values: number;

  /** `newId` gives the id of a call: an empty one for a call of the legacy kind. */
  private constructor(
    calls: readonly Call[],
    newId: () => string,
    naturalEnd: FinishReason,
    userText: string,
    choices: number,
  ) {
    this.#calls = calls;
    this.#newId = newId;
    this.naturalEnd = naturalEnd;
    this.#userText = userText;
    this.#values = valuesOfEach(choices * calls.length);
  }

  /** Calls of `tools`, in each of `choices` answers, or why one cannot be called. */
  static of(
    tools: readonly Tool[],
    newId: () => string,
    naturalEnd: FinishReason,
    userText: string,
    choices: number,
  ): ToolCalls | ToolProblem {
    const calls: Call[] = [];
    for (const tool of tools) {
      const schema = tool.parameters === undefined ? undefined : readSchema(tool.parameters);
      if (typeof schema === 'string') return { tool, reason: schema };
      if (schema !== undefined && writeDocument(schema, { seed: 0, values: 0 }) === undefined) {
        return { tool, reason: "no document can satisfy it, see 'oneOf'" };
      }
      calls.push({ tool, schema });
    }
    return new ToolCalls(calls, newId, naturalEnd, userText, choices);
  }

  partsOf(seed: number, limit: number, tokenizer: Tokenizer): readonly AnswerPart[] {
    const parts = this.#parts(seed, this.#values, tokenizer);
    const isLong = parts.reduce((sum, { text }) => sum + text.tokens, 0) > limit;
    return isLong ? this.#parts(seed, 0, tokenizer) : parts;
  }

  #parts(seed: number, values: number, tokenizer: Tokenizer): readonly AnswerPart[] {
    const hints = new MessageValues(this.#userText);
    return this.#calls.map(({ tool, schema }, at) => {
      const wish = { seed: mix32(seed + at), values, hints, isStrict: tool.isStrict };
      const shortest = { seed: 0, values: 0 };
      const text =
        schema === undefined
          ? '{}'
          : (writeDocument(schema, wish) ?? writeDocument(schema, shortest) ?? '{}');
      const given = new GivenText(text, tokenizer, tool.name);
      return { kind: 'call', text: given, call: { id: this.#newId(), name: tool.name } };
    });
  }
}
