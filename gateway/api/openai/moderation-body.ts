import { type Static, Type } from '@sinclair/typebox';
import { BodySchema } from '../schema/body-schema.ts';
import { optional, tagged } from '../schema/field-types.ts';

const TEXTS_MAX = 2048;
const WORDS = 'a string, an array of strings, or an array of parts (text, image_url)';

const PART = tagged('type', [
  Type.Object({ type: Type.Literal('text'), text: Type.String() }),
  Type.Object({
    type: Type.Literal('image_url'),
    image_url: Type.Object({ url: Type.String() }),
  }),
]);

const FIELDS = Type.Object({
  input: Type.Union(
    [
      Type.String({ 'x-type': WORDS }),
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: TEXTS_MAX,
        'x-type': WORDS,
        'x-expected': WORDS,
      }),
      Type.Array(PART, { minItems: 1, maxItems: TEXTS_MAX }),
    ],
    { description: 'Texts, each scored by itself, or the parts of one.', 'x-expected': WORDS },
  ),
  model: optional(Type.String({ minLength: 1, maxLength: 256 }), {
    default: 'omni-moderation-latest',
    description: 'Any name, which the answer repeats.',
  }),
});

/** The body of `POST /v1/moderations`. */
export const MODERATION_BODY = new BodySchema(FIELDS);
export type ModerationBody = Static<typeof FIELDS>;

/** What gets one result: a text, and whether there are images beside it. */
export interface ModeratedInput {
  readonly text: string;
  readonly hasText: boolean;
  readonly hasImages: boolean;
}

export function moderatedInputs({ input }: Pick<ModerationBody, 'input'>): ModeratedInput[] {
  if (typeof input === 'string') return [plain(input)];
  const inputs: ModeratedInput[] = [];
  const texts: string[] = [];
  let hasImages = false;
  for (const item of input) {
    if (typeof item === 'string') inputs.push(plain(item));
    else if (item.type === 'text') texts.push(item.text);
    else hasImages = true;
  }
  if (inputs.length > 0) return inputs;
  return [{ text: texts.join('\n'), hasText: texts.length > 0, hasImages }];
}

function plain(text: string): ModeratedInput {
  return { text, hasText: true, hasImages: false };
}
