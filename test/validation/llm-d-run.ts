import { Rng } from '../../shared/rng.ts';

/** Tokens that an id of the trace stands for: prefix and question are whole numbers of these. */
export const BLOCK_TOKENS = 80;

const GROUPS = 150;
const PROMPTS = 750;
const PREFIX_BLOCKS = 6000 / BLOCK_TOKENS;
const QUESTION_BLOCKS = 1200 / BLOCK_TOKENS;

/** Requests a second, and for how many seconds. */
export interface Stage {
  readonly perSecond: number;
  readonly seconds: number;
}

const WARMUP: Stage = { perSecond: 15, seconds: 50 };
export const WARMUP_REQUESTS = WARMUP.perSecond * WARMUP.seconds;

export const STAGES: readonly Stage[] = [
  { perSecond: 3, seconds: 20 },
  { perSecond: 10, seconds: 20 },
  { perSecond: 15, seconds: 20 },
  { perSecond: 20, seconds: 38 },
  { perSecond: 22, seconds: 34 },
  { perSecond: 25, seconds: 30 },
  { perSecond: 30, seconds: 25 },
  { perSecond: 35, seconds: 21 },
  { perSecond: 40, seconds: 38 },
  { perSecond: 43, seconds: 36 },
  { perSecond: 46, seconds: 33 },
  { perSecond: 49, seconds: 30 },
  { perSecond: 52, seconds: 29 },
  { perSecond: 55, seconds: 27 },
  { perSecond: 57, seconds: 26 },
  { perSecond: 60, seconds: 25 },
];

/** The published run waits for all answers after each stage; here they have this long. */
export const PAUSE_SECONDS = 600;

/**
 * The requests of llm-d's run at 73 % of its cache, as lines of Mooncake JSONL: Poisson arrivals
 * in stages, and a pool of prompts that is gone through in shuffled order, anew each time. The
 * warm-up is one pass. `answerTokens`, which the publication does not say, has every answer.
 */
export function* llmdRun(seed: number, answerTokens: number): Generator<string> {
  const rng = new Rng(seed);
  const pool = Array.from({ length: PROMPTS }, (_, prompt) => prompt);
  let number = 0;
  let startSeconds = 0;
  for (const { perSecond, seconds } of [WARMUP, ...STAGES]) {
    const arrivals = Array.from({ length: perSecond * seconds }, () => rng.unit() * seconds);
    for (const at of arrivals.sort((a, b) => a - b)) {
      const place = number++ % PROMPTS;
      const other = place + rng.below(PROMPTS - place);
      const prompt = pool[other]!;
      pool[other] = pool[place]!;
      pool[place] = prompt;
      const row = {
        timestamp: (startSeconds + at) * 1000,
        input_length: (PREFIX_BLOCKS + QUESTION_BLOCKS) * BLOCK_TOKENS,
        output_length: answerTokens,
        hash_ids: idsOf(prompt),
      };
      yield `${JSON.stringify(row)}\n`;
    }
    startSeconds += seconds + PAUSE_SECONDS;
  }
}

/** Ids of a prompt's group, then its own. */
function idsOf(prompt: number): readonly number[] {
  const group = prompt % GROUPS;
  const own = GROUPS * PREFIX_BLOCKS + prompt * QUESTION_BLOCKS;
  return [
    ...Array.from({ length: PREFIX_BLOCKS }, (_, n) => group * PREFIX_BLOCKS + n),
    ...Array.from({ length: QUESTION_BLOCKS }, (_, n) => own + n),
  ];
}
