import {
  HASH_WORDS,
  HashChain,
  type HashRoot,
  hashBlocks,
  joinedHashes,
} from '../../shared/block-hash.ts';
import type { TokenBuffer } from '../text/token-buffer.ts';
import type { TokenText } from '../text/token-text.ts';
import type { TokenizerKind } from '../text/tokenizer.ts';
import type { AnswerPlan } from './answer-plan.ts';

/** Answer tokens of one request, all choices together, that are hashed before it is placed. */
export const FIRST_TOKENS = 4096;
/** Hashes are made this many tokens ahead of those that are out, and at least as many at once. */
const LEAD_TOKENS = 256;
/** At most so many at once, should the answer have come further than that ahead. */
const STEP_TOKENS_MAX = 2048;

const NO_HASHES = new Uint32Array(0);

/**
 * The block hashes of a prompt and of the whole of its only answer, of at most `FIRST_TOKENS`: what
 * `AnswerHashes` would say, with nothing kept. `tokens` are those of the prompt.
 */
export function wholeHashes(
  tokens: TokenBuffer,
  plan: AnswerPlan,
  kind: TokenizerKind,
  blockSize: number,
  root: HashRoot,
): Uint32Array {
  const promptTokens = tokens.length;
  for (const segment of plan.segments) segment.read().appendIds(tokens, kind, 0, segment.tokens);
  const hashes = new Uint32Array(Math.floor(tokens.length / blockSize) * HASH_WORDS);
  hashBlocks(tokens.ids, tokens.length, blockSize, root, hashes);
  tokens.length = promptTokens;
  return hashes;
}

/** The block hashes of a prompt, computed once for all answers to it. */
export class PromptHashes {
  readonly blockSize: number;
  readonly blocks: number;
  /** Those of the prompt's full blocks. */
  readonly hashes: Uint32Array;
  /** Where the chains of the answers begin. */
  readonly end: HashRoot;
  /** The prompt's tokens after its last full block. */
  readonly tail: Uint32Array;

  constructor({ ids, length }: TokenBuffer, blockSize: number, root: HashRoot) {
    const blocks = Math.floor(length / blockSize);
    const chain = new HashChain(root);
    this.blockSize = blockSize;
    this.blocks = blocks;
    this.hashes = new Uint32Array(blocks * HASH_WORDS);
    chain.append(ids, length, blockSize, this.hashes, 0);
    this.end = chain.end;
    this.tail = ids.slice(blocks * blockSize, length);
  }

  /** The prompt's hashes, and `more` after them. */
  followedBy(more: Uint32Array): Uint32Array {
    if (more.length === 0) return this.hashes;
    return joinedHashes([this.hashes, more]);
  }
}

/**
 * The block hashes of one answer, which go on from those of its prompt, so that a next turn finds
 * the blocks of both. They are made a little ahead of the tokens that come out: no more work and
 * memory than the answer has already cost.
 */
export class AnswerHashes {
  readonly #prompt: PromptHashes;
  readonly #plan: AnswerPlan;
  /** Of the segments, in order. */
  readonly #readers: readonly { readonly tokens: number; readonly text: TokenText }[];
  readonly #kind: TokenizerKind;
  readonly #chain: HashChain;
  /** Tokens of the answer that lie in hashed blocks; below 0 by the length of the prompt's tail. */
  #tokens: number;

  constructor(prompt: PromptHashes, plan: AnswerPlan, kind: TokenizerKind) {
    this.#prompt = prompt;
    this.#plan = plan;
    this.#readers = plan.segments.map((segment) => ({
      tokens: segment.tokens,
      text: segment.read(),
    }));
    this.#kind = kind;
    this.#chain = new HashChain(prompt.end);
    this.#tokens = -prompt.tail.length;
  }

  /** No further block will be full. */
  get isComplete(): boolean {
    return this.#plan.tokens - this.#tokens < this.#prompt.blockSize;
  }

  /**
   * The hashes of the answer's blocks within its first `tokens` tokens, which go on from those of
   * the prompt. Once, before `next`. `scratch` is overwritten.
   */
  first(tokens: number, scratch: TokenBuffer): Uint32Array {
    return this.#extend(tokens, scratch);
  }

  /** Whether `next` has something to do. */
  areNeededAt(emitted: number): boolean {
    return this.#tokens - emitted < LEAD_TOKENS;
  }

  /**
   * Further hashes, once `emitted` tokens of the answer are out: empty while there are enough.
   * `scratch` is overwritten.
   */
  next(emitted: number, scratch: TokenBuffer): Uint32Array {
    if (!this.areNeededAt(emitted)) return NO_HASHES;
    const step = Math.min(STEP_TOKENS_MAX, 2 * LEAD_TOKENS - (this.#tokens - emitted));
    return this.#extend(this.#tokens + step, scratch);
  }

  /** The hashes of the further blocks that are full with the answer's first `tokens`. */
  #extend(tokens: number, scratch: TokenBuffer): Uint32Array {
    const { blockSize, tail } = this.#prompt;
    const end = Math.min(tokens, this.#plan.tokens);
    const blocks = Math.max(0, Math.floor((end - this.#tokens) / blockSize));
    if (blocks === 0) return NO_HASHES;
    const hashes = new Uint32Array(blocks * HASH_WORDS);
    scratch.clear();
    if (this.#tokens < 0) for (const id of tail) scratch.push(id);
    this.#appendIds(scratch, Math.max(0, this.#tokens), this.#tokens + blocks * blockSize);
    this.#chain.append(scratch.ids, blocks * blockSize, blockSize, hashes, 0);
    this.#tokens += blocks * blockSize;
    return hashes;
  }

  /** Ids of the answer's tokens `from` to `to - 1`. */
  #appendIds(out: TokenBuffer, from: number, to: number): void {
    let before = 0;
    for (const { tokens, text } of this.#readers) {
      const start = Math.max(0, from - before);
      text.appendIds(out, this.#kind, start, Math.min(to - before, tokens));
      before += tokens;
    }
  }
}
