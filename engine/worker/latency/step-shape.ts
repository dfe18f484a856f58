/**
 * What a worker computes in one step: chunks of prompts, and next tokens of sequences that decode.
 * That is all that a latency model knows of it. One object is filled again for every step.
 */
export class StepShape {
  /** Chunks in use; the columns below have one row for each. */
  chunks = 0;
  /** Tokens that the chunk computes. */
  readonly newTokens: Int32Array;
  /** Tokens of the whole prompt that it is a part of. */
  readonly promptTokens: Int32Array;
  /** Factor on its work: see `prefillScale` of `SubmitCommand`. */
  readonly scale: Float64Array;
  /** Sequences that were admitted for this step. */
  starts = 0;
  /** Sequences that get a next token. */
  decodes = 0;
  /** Sequences that run, those included that get nothing in this step. */
  running = 0;
  /** Share of the worker's blocks that running sequences use, 0 .. 1. */
  cacheUse = 0;

  /** `maxChunks` is the most that a step has. */
  constructor(maxChunks: number) {
    this.newTokens = new Int32Array(maxChunks);
    this.promptTokens = new Int32Array(maxChunks);
    this.scale = new Float64Array(maxChunks);
  }

  /** Leaves neither chunks nor decodes. */
  clear(): void {
    this.chunks = 0;
    this.starts = 0;
    this.decodes = 0;
  }

  addChunk(newTokens: number, promptTokens: number, scale: number): void {
    const chunk = this.chunks++;
    this.newTokens[chunk] = newTokens;
    this.promptTokens[chunk] = promptTokens;
    this.scale[chunk] = scale;
  }

  /** Tokens of all chunks, as they are. */
  get chunkTokens(): number {
    let tokens = 0;
    for (let i = 0; i < this.chunks; i++) tokens += this.newTokens[i]!;
    return tokens;
  }

  /** Tokens of all chunks, scaled. */
  get prefillTokens(): number {
    let tokens = 0;
    for (let i = 0; i < this.chunks; i++) tokens += this.newTokens[i]! * this.scale[i]!;
    return tokens;
  }

  /** Sum over the chunks of the share of their prompt that they are, scaled. */
  get prefillShare(): number {
    let share = 0;
    for (let i = 0; i < this.chunks; i++) {
      share += (this.newTokens[i]! * this.scale[i]!) / this.promptTokens[i]!;
    }
    return share;
  }
}
