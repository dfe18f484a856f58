/** How a vector stands in a body: `float` as an array of decimals, `base64` as its bytes. */
export const VECTOR_FORMATS = ['float', 'base64'] as const;
export type VectorFormat = (typeof VECTOR_FORMATS)[number];

/** Values of a part: less than 4 KiB of text, made in some 20 us. Of bytes, a multiple of three. */
const DECIMALS_AT_ONCE = 128;
const BYTES_AT_ONCE = 3000;
const DIGITS = 9;
const UNITS = 10 ** DIGITS;

/** The JSON of a vector in parts of less than 4 KiB. */
export function* vectorParts(
  vector: Float32Array,
  format: VectorFormat,
): Generator<string, void, undefined> {
  if (format === 'base64') yield* byteParts(vector);
  else yield* decimalParts(vector);
}

/** 32-bit floats, little endian. */
function* byteParts({ buffer, byteOffset, byteLength }: Float32Array) {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  for (let at = 0; at < byteLength; at += BYTES_AT_ONCE) {
    const text = bytes.toString('base64', at, at + BYTES_AT_ONCE);
    yield at === 0 ? `"${text}` : text;
  }
  yield '"';
}

function* decimalParts(vector: Float32Array) {
  for (let at = 0; at < vector.length; at += DECIMALS_AT_ONCE) {
    const values: string[] = [];
    for (const value of vector.subarray(at, at + DECIMALS_AT_ONCE)) values.push(decimal(value));
    yield (at === 0 ? '[' : ',') + values.join();
  }
  yield ']';
}

/** A value from -1 to 1. Written as an integer it costs a third of what a float does. */
function decimal(value: number): string {
  const units = Math.round(Math.abs(value) * UNITS);
  if (units >= UNITS) return value < 0 ? '-1' : '1';
  const digits = String(units).padStart(DIGITS, '0');
  return value < 0 ? `-0.${digits}` : `0.${digits}`;
}
