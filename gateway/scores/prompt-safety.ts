import { CATEGORIES } from './categories.ts';
import { scoresOf } from './moderation.ts';
import { PhraseFinder } from './phrase-finder.ts';

const JAILBREAKS = [
  'ignore previous instructions',
  'disregard all prior',
  'forget your training',
  'bypass restrictions',
  'do anything now',
  'dan mode',
  'developer mode',
  'jailbreak mode',
  'unrestricted mode',
];
const JAILBREAK_FINDER = new PhraseFinder(JAILBREAKS.map((phrase) => [phrase, true] as const));
/** Of a longer text the end is looked at: some milliseconds. */
const LENGTH_MAX = 32_768;

/** What is looked for in prompts, and what comes of it. */
export interface SafetySettings {
  readonly enableModeration: boolean;
  readonly enableRefusals: boolean;
  readonly enableSafetyFeatures: boolean;
  readonly enableJailbreakDetection: boolean;
  readonly moderationThreshold: number;
}

/** `refused`: the answer is a refusal. `flagged`: the request is an error, for those categories. */
export type SafetyVerdict =
  | { readonly kind: 'passed' | 'refused' }
  | { readonly kind: 'flagged'; readonly categories: readonly string[] };

const PASSED: SafetyVerdict = { kind: 'passed' };
const REFUSED: SafetyVerdict = { kind: 'refused' };

/** Judges what users say last, where the settings ask for that. */
export class PromptSafety {
  readonly #settings: SafetySettings;

  constructor(settings: SafetySettings) {
    this.#settings = settings;
  }

  /** Something is looked for at all. */
  get isOn(): boolean {
    const { enableModeration, enableJailbreakDetection } = this.#settings;
    return enableModeration || enableJailbreakDetection || this.#refuses;
  }

  verdictOf(text: string): SafetyVerdict {
    const looked = text.slice(-LENGTH_MAX);
    const { enableModeration, enableJailbreakDetection } = this.#settings;
    if (enableJailbreakDetection && isJailbreak(looked)) return REFUSED;
    if (!enableModeration && !this.#refuses) return PASSED;
    const categories = this.#flagged(looked);
    if (categories.length === 0) return PASSED;
    return this.#refuses ? REFUSED : { kind: 'flagged', categories };
  }

  get #refuses(): boolean {
    return this.#settings.enableRefusals || this.#settings.enableSafetyFeatures;
  }

  #flagged(text: string): string[] {
    const scoring = scoresOf(text);
    let step = scoring.next();
    while (!step.done) step = scoring.next();
    const scores = step.value;
    const { moderationThreshold } = this.#settings;
    return CATEGORIES.map(({ name }) => name).filter(
      (name) => (scores.get(name) ?? 0) > moderationThreshold,
    );
  }
}

function isJailbreak(text: string): boolean {
  const found = new Set<true>();
  for (const _ of JAILBREAK_FINDER.marks(text, found)) if (found.size > 0) break;
  return found.size > 0;
}
