import { ChatChunks } from '../../gateway/api/openai/chat-chunks.ts';
import { type AnswerHead, ChatResponse } from '../../gateway/api/openai/chat-response.ts';
import type { UsageMode } from '../../gateway/api/openai/usage.ts';
import type { ChoiceText } from '../../gateway/generate/answer-encoder.ts';
import type { Usage } from '../../gateway/generate/usage.ts';
import { RandomIds } from '../../gateway/random-ids.ts';
import { CorpusAnswer } from '../../gateway/text/answer.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const TOKENS = 100;

/** What a token, a stream and a whole answer cost between the worker's event and the socket. */
export function suite(mode: BenchMode): Promise<BenchRow[]> {
  const repeats = mode === 'smoke' ? 1 : 50;
  return measure(mode, [
    tokenTask('none', 0, repeats),
    tokenTask('final', 0, repeats),
    tokenTask('final', 1, repeats),
    tokenTask('continuous', 0, repeats),
    openTask(repeats * TOKENS),
    bodyTask(repeats),
    idTask(repeats * TOKENS),
  ]);
}

/**
 * Builds and copies out one event per token, as the HTTP library does: that flattens the string.
 */
function tokenTask(mode: UsageMode, choice: number, repeats: number): BenchTask {
  const chunks = new ChatChunks(HEAD, mode);
  const answer = new CorpusAnswer(7, TOKENS, true);
  const bytes = Buffer.alloc(1024);
  return {
    name: `event per token, usage ${mode}, choice ${choice}`,
    operations: TOKENS * repeats,
    run: () => {
      for (let repeat = 0; repeat < repeats; repeat++) {
        for (let token = 0; token < TOKENS; token++) {
          bytes.write(
            chunks.token(choice, 'text', answer.piece(token), USAGE, 7, token),
            0,
            'latin1',
          );
        }
      }
    },
    note: `${chunks.token(choice, 'text', ' word', USAGE, 7, 0).length} bytes`,
  };
}

function openTask(operations: number): BenchTask {
  const bytes = Buffer.alloc(1024);
  return {
    name: 'open a stream: role and first token',
    operations,
    run: () => {
      for (let call = 0; call < operations; call++) {
        const chunks = new ChatChunks(HEAD, 'final');
        bytes.write(chunks.begin(0, USAGE), 0, 'latin1');
        bytes.write(chunks.token(0, 'text', 'The', USAGE, 7, 0), 0, 'latin1');
      }
    },
  };
}

function bodyTask(operations: number): BenchTask {
  const bytes = Buffer.alloc(4096);
  const answer = new CorpusAnswer(7, TOKENS, true);
  const choice: ChoiceText = {
    finishReason: 'stop',
    seed: 7,
    segments: [{ kind: 'text' }],
    tokensOf: () => TOKENS,
    textOf: (_segment, from, to) => answer.text(from, to),
  };
  return {
    name: `body of an answer of ${TOKENS} tokens`,
    operations,
    run: () => {
      for (let call = 0; call < operations; call++) {
        bytes.write(new ChatResponse(HEAD).whole([choice], USAGE), 0, 'latin1');
      }
    },
  };
}

function idTask(operations: number): BenchTask {
  const ids = new RandomIds();
  let length = 0;
  return {
    name: 'id of an answer',
    operations,
    run: () => {
      for (let call = 0; call < operations; call++) length += ids.next('chatcmpl-').length;
      if (length % 33 !== 0) throw new Error('an id has 33 characters');
    },
  };
}

const HEAD: AnswerHead = {
  id: 'chatcmpl-0123456789abcdefghijklmn',
  createdS: 1_750_000_000,
  modelJson: '"openai/gpt-oss-120b"',
  fingerprint: 'fp_0123456789',
};

const USAGE: Usage = {
  promptTokens: 1000,
  cachedTokens: 512,
  promptAudioTokens: 0,
  completionTokens: 50,
  reasoningTokens: 0,
};
