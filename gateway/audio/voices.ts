/** The voices of OpenAI. Each has a pitch of its own where the format lets it. */
export const VOICES = [
  'alloy',
  'ash',
  'ballad',
  'cedar',
  'coral',
  'echo',
  'fable',
  'marin',
  'nova',
  'onyx',
  'sage',
  'shimmer',
  'verse',
] as const;
export type Voice = (typeof VOICES)[number];

const LOWEST_HERTZ = 150;
const STEP_HERTZ = 25;

/** A multiple of 25. */
export function pitchOf(voice: Voice): number {
  return LOWEST_HERTZ + STEP_HERTZ * VOICES.indexOf(voice);
}
