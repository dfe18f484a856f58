import type { Settings } from '../../../shared/settings/settings.ts';
import type { RandomIds } from '../../random-ids.ts';
import { CATEGORIES } from '../../scores/categories.ts';
import { type CategoryScores, scoresOf } from '../../scores/moderation.ts';
import { type BodyHost, bodyRoute } from '../body-route.ts';
import { type PartsSettings, sendParts } from '../json-parts.ts';
import { MODERATION_BODY, type ModeratedInput, moderatedInputs } from './moderation-body.ts';

/** A result costs as much as so many bytes of a text. */
const RESULT_COST = 256;
const DEFAULT_MODEL = 'omni-moderation-latest';

/** What the route needs of the server. */
export interface ModerationHost extends BodyHost {
  readonly ids: RandomIds;
  readonly settings: PartsSettings & Pick<Settings, 'moderationThreshold'>;
}

export const MODERATION_ROUTE = bodyRoute(
  '/v1/moderations',
  MODERATION_BODY,
  (host: ModerationHost) => (exchange, body, bodyBytes) => {
    const head = `{"id":"${host.ids.next('modr-')}","model":${JSON.stringify(body.model ?? DEFAULT_MODEL)}`;
    const inputs = moderatedInputs(body);
    const parts = moderationParts(head, inputs, host.settings.moderationThreshold);
    sendParts(exchange, parts, bodyBytes + RESULT_COST * inputs.length, host.settings);
    return undefined;
  },
);

function* moderationParts(
  head: string,
  inputs: readonly ModeratedInput[],
  threshold: number,
): Generator<string, void, undefined> {
  yield `${head},"results":[`;
  for (const [index, input] of inputs.entries()) {
    const scoring = scoresOf(input.text);
    let step = scoring.next();
    for (; !step.done; step = scoring.next()) yield '';
    if (index > 0) yield ',';
    yield resultJson(input, step.value, threshold);
  }
  yield ']}';
}

function resultJson(input: ModeratedInput, scores: CategoryScores, threshold: number): string {
  const flags: Record<string, boolean> = {};
  const types: Record<string, string[]> = {};
  let flagged = false;
  for (const { name, images } of CATEGORIES) {
    const isFlagged = (scores.get(name) ?? 0) > threshold;
    flags[name] = isFlagged;
    flagged ||= isFlagged;
    types[name] = input.hasText ? ['text'] : [];
    if (input.hasImages && images) types[name].push('image');
  }
  return JSON.stringify({
    flagged,
    categories: flags,
    category_scores: Object.fromEntries(scores),
    category_applied_input_types: types,
  });
}
