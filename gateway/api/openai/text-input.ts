import { type Static, Type } from '@sinclair/typebox';

/** The field that holds what completions go on with, and what is embedded. */

export const ITEMS_MAX = 2048;
const TOKEN_ID_MAX = 2 ** 32 - 1;

const WORDS =
  'a string, an array of strings, an array of token ids, or an array of arrays of token ids';
const ITEM_WORDS = 'a string (the items are strings, token ids, or arrays of token ids)';
const OPTIONS = { minItems: 1, 'x-type': WORDS, 'x-expected': WORDS };
const TOKEN_IDS = Type.Array(Type.Integer({ minimum: 0, maximum: TOKEN_ID_MAX }), OPTIONS);

/** One or more texts of at least `minLength` characters, or their token ids. */
export function textInput(minLength: number, description: string) {
  const text = minLength === 0 ? {} : { minLength, 'x-expected': 'a string that is not empty' };
  return Type.Union(
    [
      Type.String({ ...text, 'x-type': WORDS }),
      Type.Array(Type.String({ ...text, 'x-type': ITEM_WORDS }), {
        ...OPTIONS,
        maxItems: ITEMS_MAX,
      }),
      TOKEN_IDS,
      Type.Array(TOKEN_IDS, { ...OPTIONS, maxItems: ITEMS_MAX }),
    ],
    { description, 'x-expected': WORDS },
  );
}

/** What such a field holds: each a text, or token ids. */
export function inputsOf(
  field: Static<ReturnType<typeof textInput>>,
): readonly (string | readonly number[])[] {
  if (typeof field === 'string') return [field];
  const inputs: (string | readonly number[])[] = [];
  const ids: number[] = [];
  for (const item of field) {
    if (typeof item === 'number') ids.push(item);
    else inputs.push(item);
  }
  return ids.length > 0 ? [ids] : inputs;
}
