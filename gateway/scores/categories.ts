/** The categories of OpenAI's moderation, and the words and phrases that score in each. */

export interface Category {
  readonly name: string;
  /** Scores of a text with one of the words: from `low` to `high`. */
  readonly low: number;
  readonly high: number;
  /** In lower case. */
  readonly words: readonly string[];
  /** The category that scores as well where this one does, a little lower. */
  readonly parent?: string;
  /** Only beside a word of the parent. */
  readonly needsParent?: true;
  /** Images are looked at, too. */
  readonly images?: true;
}

const MILD = { low: 0.5, high: 0.8 };
const CLEAR = { low: 0.6, high: 0.9 };
const GRAVE = { low: 0.7, high: 0.95 };
const ACUTE = { low: 0.8, high: 0.98 };

/** In the order of OpenAI's answers. */
export const CATEGORIES: readonly Category[] = [
  {
    name: 'harassment',
    ...MILD,
    words: ['bully', 'harass', 'threaten', 'insult', 'abuse', 'intimidate'],
  },
  {
    name: 'harassment/threatening',
    ...GRAVE,
    parent: 'harassment',
    words: ['i will hurt you', 'you will regret', 'watch your back'],
  },
  {
    name: 'sexual',
    ...CLEAR,
    images: true,
    words: ['sex', 'porn', 'nude', 'explicit', 'nsfw', 'erotic', 'xxx'],
  },
  {
    name: 'hate',
    ...MILD,
    words: ['hate', 'racist', 'discriminate', 'slur', 'bigot', 'nazi', 'supremacist'],
  },
  {
    name: 'hate/threatening',
    ...GRAVE,
    parent: 'hate',
    words: ['death threat', 'lynch', 'exterminate', 'cleanse'],
  },
  {
    name: 'illicit',
    ...CLEAR,
    words: ['how to hack', 'how to steal', 'illegal', 'drug deal', 'sell drugs'],
  },
  {
    name: 'illicit/violent',
    ...ACUTE,
    parent: 'illicit',
    words: ['make a bomb', 'build explosives', 'mass shooting plan'],
  },
  {
    name: 'self-harm/intent',
    ...ACUTE,
    parent: 'self-harm',
    images: true,
    words: ['want to die', 'going to kill myself', 'planning suicide'],
  },
  {
    name: 'self-harm/instructions',
    ...ACUTE,
    parent: 'self-harm',
    images: true,
    words: ['how to commit suicide', 'ways to kill yourself'],
  },
  {
    name: 'self-harm',
    ...GRAVE,
    images: true,
    words: ['suicide', 'kill myself', 'self-harm', 'cut myself', 'end my life'],
  },
  {
    name: 'sexual/minors',
    ...GRAVE,
    parent: 'sexual',
    needsParent: true,
    words: ['child', 'minor', 'underage', 'kid', 'teen', 'adolescent'],
  },
  {
    name: 'violence',
    ...CLEAR,
    images: true,
    words: ['kill', 'murder', 'attack', 'weapon', 'gun', 'stab', 'shoot', 'assault', 'fight'],
  },
  {
    name: 'violence/graphic',
    ...GRAVE,
    parent: 'violence',
    images: true,
    words: ['blood', 'gore', 'mutilate', 'dismember', 'decapitate'],
  },
];
