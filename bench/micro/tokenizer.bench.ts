import { CorpusAnswer } from '../../gateway/text/answer.ts';
import { loadO200k } from '../../gateway/text/o200k-tokenizer.ts';
import { SimpleTokenizer } from '../../gateway/text/simple-tokenizer.ts';
import { TokenBuffer } from '../../gateway/text/token-buffer.ts';
import type { Tokenizer } from '../../gateway/text/tokenizer.ts';
import { type BenchMode, type BenchRow, type BenchTask, measure } from './bench-result.ts';

const ANSWER_TOKENS = 100;
const ANSWERS = 100;

/** Prompt tokenizers in nanoseconds per character, and the text of answers. */
export async function suite(mode: BenchMode): Promise<BenchRow[]> {
  const size = mode === 'full' ? 100_000 : 1_000;
  const prose = new CorpusAnswer(1, size, false).text(0, size).slice(0, size);
  const code = "const total = items.map((item) => item.price * 1.19); // 'VAT'\n";
  const texts = {
    prose,
    code: code.repeat(Math.ceil(size / code.length)).slice(0, size),
    Chinese: '模拟一个大型语言模型的推理集群，但是没有模型。'.repeat(size).slice(0, size),
    'a run of letters': prose.replaceAll(/[^A-Za-z]/g, ''),
  };
  const o200k = await loadO200k();
  const tasks: BenchTask[] = [];
  for (const tokenizer of [new SimpleTokenizer(), o200k]) {
    for (const [name, text] of Object.entries(texts)) tasks.push(encoding(tokenizer, name, text));
  }
  return measure(mode, [...tasks, ...answers()]);
}

function encoding(tokenizer: Tokenizer, name: string, text: string): BenchTask {
  const out = new TokenBuffer();
  return {
    name: `${tokenizer.kind}: encode ${name}`,
    operations: text.length,
    run: () => {
      out.clear();
      tokenizer.encode(text, out);
    },
    note: 'per character',
  };
}

function answers(): BenchTask[] {
  const out = new TokenBuffer();
  let seed = 0;
  // Storing a result keeps the compiler from dropping the work.
  const used = new Float64Array(1);
  const each = (use: (answer: CorpusAnswer) => void): (() => void) => {
    return () => {
      for (let i = 0; i < ANSWERS; i++) use(new CorpusAnswer(seed++, ANSWER_TOKENS, true));
    };
  };
  return [
    {
      name: `answer: whole text of ${ANSWER_TOKENS} tokens`,
      operations: ANSWERS,
      run: each((answer) => {
        used[0] = answer.text(0, ANSWER_TOKENS).length;
      }),
    },
    {
      name: 'answer: one piece, in order',
      operations: ANSWERS * ANSWER_TOKENS,
      run: each((answer) => {
        for (let i = 0; i < ANSWER_TOKENS; i++) used[0] = answer.piece(i).length;
      }),
    },
    {
      name: `answer: token ids of ${ANSWER_TOKENS} tokens`,
      operations: ANSWERS,
      run: each((answer) => {
        out.clear();
        answer.appendIds(out, 'simple', 0, answer.tokens);
      }),
    },
  ];
}
