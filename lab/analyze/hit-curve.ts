/** What one cache of a size hits. */
export interface CurvePoint {
  /** Size of the cache. */
  readonly blocks: number;
  /** Shares of all blocks and tokens of the prompts, 0 .. 1. */
  readonly blockHitRate: number;
  readonly tokenHitRate: number;
}

/** Ten sizes in each power of ten. */
const SIZES = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];

/** Hits by the least size of a cache in which they are hits, so for all sizes at once. */
export class HitCurve {
  #blocks = new Uint32Array(1024);
  #tokens = new Float64Array(1024);
  #hitBlocks = 0;
  #hitTokens = 0;
  #deepest = 0;

  get hitTokens(): number {
    return this.#hitTokens;
  }

  /** Counts a block of `tokens` tokens that a cache of `depth` blocks, 1 or more, still holds. */
  add(depth: number, tokens: number): void {
    if (depth >= this.#blocks.length) this.#grow(depth);
    this.#blocks[depth]!++;
    this.#tokens[depth]! += tokens;
    this.#hitBlocks++;
    this.#hitTokens += tokens;
    if (depth > this.#deepest) this.#deepest = depth;
  }

  /**
   * The curve over sizes up to the first that holds all that is ever hit, of prompts with `blocks`
   * blocks and `tokens` tokens.
   */
  points(blocks: number, tokens: number): CurvePoint[] {
    const points: CurvePoint[] = [];
    let hitBlocks = 0;
    let hitTokens = 0;
    let depth = 0;
    for (const size of sizesUpTo(this.#deepest)) {
      for (; depth <= Math.min(size, this.#deepest); depth++) {
        hitBlocks += this.#blocks[depth]!;
        hitTokens += this.#tokens[depth]!;
      }
      points.push({
        blocks: size,
        blockHitRate: hitBlocks / blocks,
        tokenHitRate: hitTokens / tokens,
      });
    }
    return points;
  }

  /** The fewest blocks with which a cache hits these shares, which rise, of all hit tokens. */
  blocksFor(shares: readonly number[]): number[] {
    let depth = 0;
    let hitTokens = 0;
    return shares.map((share) => {
      while (hitTokens < share * this.#hitTokens) hitTokens += this.#tokens[++depth]!;
      return depth;
    });
  }

  /** Depths of these shares, which rise, of the hit blocks (nearest rank); NaN without any. */
  depthsAt(shares: readonly number[]): number[] {
    let depth = 0;
    let hitBlocks = 0;
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * this.#hitBlocks));
      while (hitBlocks < rank && depth < this.#deepest) hitBlocks += this.#blocks[++depth]!;
      return this.#hitBlocks === 0 ? Number.NaN : depth;
    });
  }

  #grow(depth: number): void {
    const length = Math.max(this.#blocks.length * 2, depth + 1);
    const blocks = new Uint32Array(length);
    blocks.set(this.#blocks);
    this.#blocks = blocks;
    const tokens = new Float64Array(length);
    tokens.set(this.#tokens);
    this.#tokens = tokens;
  }
}

/** Round sizes up to `blocks`, the last one no less. */
function sizesUpTo(blocks: number): number[] {
  const sizes: number[] = [];
  for (let power = 1; ; power *= 10) {
    for (const size of SIZES) {
      if (!Number.isInteger(size * power)) continue;
      sizes.push(size * power);
      if (size * power >= blocks) return sizes;
    }
  }
}
