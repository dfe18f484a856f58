import { fc } from '../../support/property.ts';

// The unit 'binary' of fast-check takes a second to build.
const codePoint = fc
  .oneof(
    fc.nat(0x7f),
    fc.nat(0x7ff),
    fc.nat(0xd7ff),
    fc.integer({ min: 0xe000, max: 0xffff }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code));

/** Well-formed text: any code points, graphemes of many scripts, and runs of a few characters. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: codePoint, maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'abcXYZ019_ \n\r\t.,-/😀中é'), maxLength: 120 }),
);
