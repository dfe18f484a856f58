import { groupBySetting } from './cell-groups.ts';
import { countedText } from './counted-text.ts';
import type { LabCell } from './lab-document.ts';
import type { LabTrace } from './lab-trace.ts';
import { meanOf } from './mean.ts';
import { digits3 } from './text-table.ts';

/** Arrivals may come at another rate than asked for by this share before it is said. */
const RATE_TOLERANCE = 0.05;

/** Fewer requests than this say little of the slowest. */
const MEASURED_MIN = 1000;

/** What a reader of the table of `cells` has to know to take its figures for what they are. */
export function replayNotes(cells: readonly LabCell[], trace: LabTrace): string[] {
  return [
    ...emptyNote(cells),
    ...measurementNotes(cells, trace),
    ...arrivalNotes(cells, trace),
    ...boundNote(cells),
    ...coldNote(cells),
  ];
}

/** What a reader has to know of any figures of `cells`. */
export function measurementNotes(cells: readonly LabCell[], trace: LabTrace): string[] {
  return [
    ...fewNote(cells, trace),
    ...spreadNote(cells),
    ...sessionNote(cells, trace),
    ...decisionNote(cells),
  ];
}

/** Token hit rate over what no policy can exceed; null where that is not known, or is exceeded. */
export function shareOfBound({ result, bound }: LabCell): number | null {
  const rate = result.cache.tokenHitRate;
  if (bound === undefined || rate === null || bound.tokenHitRate === 0) return null;
  return rate > bound.tokenHitRate ? null : rate / bound.tokenHitRate;
}

/** Replays in which every request that came was part of the warm-up. */
export function unmeasured(cells: readonly LabCell[]): readonly LabCell[] {
  return cells.filter(({ result }) => result.requests.in === 0);
}

function emptyNote(cells: readonly LabCell[]): string[] {
  const empty = unmeasured(cells);
  if (empty.length === 0) return [];
  const came = Math.min(...empty.map(({ result }) => result.warmupRequests));
  return [
    `Nothing was measured in ${empty.length} of ${cells.length} replays: only ${countedText(came, 'request')} came, ` +
      'all of them in the warm-up; give a smaller --warmup.',
  ];
}

function fewNote(cells: readonly LabCell[], trace: LabTrace): string[] {
  const least = Math.min(...cells.map(({ result }) => result.requests.in));
  if (least === 0 || least >= MEASURED_MIN) return [];
  return [
    `Only ${countedText(least, 'request')} ${least === 1 ? 'was' : 'were'} measured: few for a 99th percentile or a small difference. ` +
      `More say more${moreRequests(trace)}.`,
  ];
}

function sessionNote(cells: readonly LabCell[], trace: LabTrace): string[] {
  const bySession = cells.find(({ settings }) => settings.policy === 'session');
  if (bySession === undefined || trace.shape(bySession.settings.seed).hasSessions) return [];
  return ['No request names a session: session places them as least-loaded does.'];
}

/** What decisions took of a policy that is the user's own, if `cells` has any of it. */
export function decisionNote(cells: readonly LabCell[]): string[] {
  const timed = cells.flatMap(({ settings: { policy }, decisionTime }) =>
    decisionTime === undefined ? [] : [{ policy, ...decisionTime }],
  );
  const [first] = timed;
  if (first === undefined) return [];
  const mean = digits3(meanOf(timed.map(({ meanUs }) => meanUs)));
  const p99 = digits3(Math.max(...timed.map(({ p99Us }) => p99Us)));
  return [`A decision of ${first.policy} took ${mean} µs in the mean, and up to ${p99} µs at p99.`];
}

function spreadNote(cells: readonly LabCell[]): string[] {
  if (cells.every(({ result }) => result.spread === null)) return [];
  const others = groupBySetting(cells).some((group) => group.length > 1);
  return [
    '±: half of the 95 % interval that other stretches of such traffic would give, by a block ' +
      `bootstrap over windows of the trace${others ? '; or half of the range over the seeds where that is more' : ''}; none where that rounds to 0.`,
  ];
}

function arrivalNotes(cells: readonly LabCell[], trace: LabTrace): string[] {
  const rates = new Set(cells.map((cell) => askedRate(cell, trace)));
  return [...rates].flatMap((asked) => {
    const alike = cells.filter((cell) => askedRate(cell, trace) === asked);
    const came = alike.map(({ result }) => result.arrivalsPerSecond).filter((rate) => rate > 0);
    if (asked === undefined || came.every((rate) => isClose(rate, asked))) return [];
    const [least, most] = [digits3(Math.min(...came)), digits3(Math.max(...came))];
    const range = least === most ? least : `${least} to ${most}`;
    return [
      `Requests came at ${range} a second where ${digits3(asked)} were asked for: ` +
        `${reasonOf(alike)} More requests come closer to it${moreRequests(trace)}.`,
    ];
  });
}

/** Requests per second; undefined where none was asked for, or all come when they are to come. */
function askedRate({ settings }: LabCell, trace: LabTrace): number | undefined {
  if (!trace.hasWaitingTurns) return undefined;
  const { unit, value } = settings.arrivals;
  if (unit === 'qps') return value;
  const ownRate = trace.ownRate(settings.seed);
  return Number.isFinite(ownRate) ? ownRate * value : undefined;
}

function isClose(rate: number, asked: number): boolean {
  return Math.abs(rate / asked - 1) <= RATE_TOLERANCE;
}

function reasonOf(cells: readonly LabCell[]): string {
  return cells.some(({ result }) => result.requests.notSent > 0)
    ? 'sessions were given up when a turn was rejected, and their later turns never came.'
    : 'the turns of a session come one after the other, the last ones long after all have begun.';
}

function moreRequests({ isGenerated, requests }: LabTrace): string {
  return isGenerated ? `, for example --set requests=${requests * 10}` : '';
}

function boundNote(cells: readonly LabCell[]): string[] {
  const reasons = new Set(
    cells.flatMap(({ result, bound }) => {
      if (bound === undefined) return 'the replay was kept when its bound was not yet known';
      if (bound.tokenHitRate === 0) return 'prompts share nothing';
      const isExceeded = (result.cache.tokenHitRate ?? 0) > bound.tokenHitRate;
      return isExceeded ? 'requests found blocks of others that came later but began before' : [];
    }),
  );
  return [...reasons].map((reason) => `of max is - where ${reason}.`);
}

function coldNote(cells: readonly LabCell[]): string[] {
  // A mean over seeds leaves such replays out, so only those that stand alone show it.
  const groups = groupBySetting(cells);
  const isShown = groups.some((group) => group.every((cell) => cell.isFirstOfThread));
  return isShown
    ? ['* The first replay of its thread, part of whose time went into compiling the program.']
    : [];
}
