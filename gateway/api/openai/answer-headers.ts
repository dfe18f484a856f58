import type { HeaderList } from '../../../shared/errors.ts';
import type { AnswerFacts } from '../../generate/answer-encoder.ts';

/** Headers of OpenAI's answers, and where this one was placed. */
export function answerHeaders({ ttftUs, placement, routeUs }: AnswerFacts): HeaderList {
  // A line break in a value starts the next header: five of them cost one call into native code.
  const processingMs = Math.round(ttftUs / 1000);
  const lines =
    `${processingMs}\r\nopenai-version: 2020-10-01` +
    `\r\nx-fakeai-worker: worker-${placement?.worker}` +
    `\r\nx-fakeai-overlap-blocks: ${placement?.overlapBlocks}` +
    `\r\nx-fakeai-route-us: ${routeUs}`;
  return [['openai-processing-ms', lines]];
}
