/** A function that an answer may call. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of its arguments; undefined for none. */
  readonly parameters: unknown;
  readonly isStrict: boolean;
}

/** Which tools are called: none, as the message suggests, at least one, or exactly one. */
export interface ToolChoice {
  readonly mode: 'none' | 'auto' | 'required';
  /** Those that may be called. */
  readonly tools: readonly Tool[];
  /** Several calls in one answer are welcome. */
  readonly isParallel: boolean;
}

/** What the choice depends on in a conversation. */
export interface ToolContext {
  /** Of the last message of the user. */
  readonly userText: string;
  /** The last message says what a tool has returned. */
  readonly followsResult: boolean;
}

/** As much of a message, or of what describes a tool, is looked at. */
const LENGTH_MAX = 4000;
const STOP_WORDS = new Set(
  'the and for with that this from are was has have can you your what which when where who how not but all any its into use used using get'.split(
    ' ',
  ),
);

/**
 * The tools that an answer calls, in their order. With `auto` those whose words occur in the
 * message: the best, and if several are welcome each other one that is half as good and has two
 * words at least; none after the result of a tool, so that loops of agents end.
 */
export function toolsToCall(choice: ToolChoice, context: ToolContext): readonly Tool[] {
  const { mode, tools, isParallel } = choice;
  if (mode === 'none' || tools.length === 0) return [];
  if (mode === 'auto' && context.followsResult) return [];
  const said = wordsOf(context.userText);
  const scores = tools.map((tool) => scoreOf(tool, said));
  const best = Math.max(...scores);
  if (best < 1) return mode === 'required' ? tools.slice(0, 1) : [];
  const first = scores.indexOf(best);
  return tools.filter((_, at) => {
    const score = scores[at] ?? 0;
    return at === first || (isParallel && score >= 2 && score >= best / 2);
  });
}

function scoreOf(tool: Tool, said: ReadonlySet<string>): number {
  const { parameters } = tool;
  const properties =
    typeof parameters === 'object' && parameters !== null && 'properties' in parameters
      ? Object.keys(Object(parameters.properties))
      : [];
  const text = [tool.name, tool.description.slice(0, LENGTH_MAX), ...properties].join(' ');
  let score = 0;
  for (const word of wordsOf(text)) if (said.has(word)) score++;
  return score;
}

/** Different words of three letters and more, split at `_`, `-` and changes of case. */
function wordsOf(text: string): ReadonlySet<string> {
  const split = text.slice(0, LENGTH_MAX).replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  const words = split.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return new Set(words.filter((word) => !STOP_WORDS.has(word)));
}
