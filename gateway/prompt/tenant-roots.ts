import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type HashRoot, hashRoot } from '../../shared/block-hash.ts';

const KEPT_MAX = 1000;

/**
 * Where the block hashes of a model begin, and of a tenant that sends a `cache_salt`. Both go
 * through SHA-256, of which 64 bits are kept: nobody can find a salt whose blocks another shares.
 */
export class TenantRoots {
  /** Of models without a salt, which is what most requests have. */
  readonly #known = new LRUCache<string, HashRoot>({ max: KEPT_MAX });

  of(model: string, salt: string): HashRoot {
    if (salt !== '') return digest(model, salt);
    let root = this.#known.get(model);
    if (root === undefined) {
      root = digest(model, salt);
      this.#known.set(model, root);
    }
    return root;
  }
}

function digest(model: string, salt: string): HashRoot {
  const bytes = createHash('sha256')
    .update(JSON.stringify([model, salt]))
    .digest();
  return hashRoot(bytes.readUInt32LE(0), bytes.readUInt32LE(4));
}
