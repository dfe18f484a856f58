/** A cyclic redundancy check that takes bits from the highest on and starts with 0. */
export class Crc {
  readonly #table = new Uint32Array(256);
  readonly #shift: number;
  readonly #mask: number;

  /** `bits` is 8, 16 or 32. */
  constructor(bits: number, polynomial: number) {
    this.#shift = bits - 8;
    this.#mask = 2 ** bits - 1;
    for (let byte = 0; byte < 256; byte++) {
      let value = byte << this.#shift;
      for (let bit = 0; bit < 8; bit++) {
        value = value & (2 ** (bits - 1)) ? (value << 1) ^ polynomial : value << 1;
      }
      this.#table[byte] = value & this.#mask;
    }
  }

  of(bytes: Uint8Array): number {
    let value = 0;
    for (const byte of bytes) {
      const index = ((value >>> this.#shift) ^ byte) & 0xff;
      value = ((value << 8) ^ (this.#table[index] ?? 0)) & this.#mask;
    }
    return value >>> 0;
  }
}
