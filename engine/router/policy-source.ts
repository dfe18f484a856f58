import { isPolicyName } from '../../shared/policy-names.ts';
import { inWords, POLICY_URL, PolicyError, thrownBy } from './policy-error.ts';
import type { PolicyModule } from './policy-module.ts';

/** The file of a user's own policy. */
export interface PolicyFile {
  /** Its name, without the folder. */
  readonly file: string;
  /** Of its bytes, in hexadecimal digits. */
  readonly sha256: string;
  /** JavaScript whose lines are those of the file. */
  readonly code: string;
}

/** A user's own policy as plain data: each thread that asks it imports it for itself. */
export interface PolicySource extends PolicyFile {
  /** What it is called in tables, metrics and results. */
  readonly name: string;
}

const NAME = /^\w[\w.-]{0,39}$/;

/**
 * The policy that a file exports, as new for each `instance`: it shares no variable with others, so
 * that a replay does not depend on those before it. Rejects with `PolicyError` if the file cannot
 * be imported, or exports something else. What it imports itself must be Node's own, since its code
 * has no place that paths could be relative to.
 */
export async function importPolicy(
  { file, code }: PolicyFile,
  instance: number,
): Promise<PolicyModule> {
  const text = `${code}\n//# sourceURL=${POLICY_URL}`;
  let namespace: { readonly default?: unknown };
  try {
    namespace = await import(`data:text/javascript,${encodeURIComponent(text)}#${instance}`);
  } catch (error) {
    throw notImported(file, error);
  }
  const { default: module } = namespace;
  if (isModule(module)) return module;
  const expected = 'expected export default { create(cluster) { ... } }, with a name or without';
  const got = 'default' in namespace ? `its default export is ${inWords(module)}` : NO_DEFAULT;
  throw new PolicyError(`${file}: ${got}; ${expected}`);
}

const NO_DEFAULT = 'it has no default export';

/** What a policy is called: by itself, or as its file without its ending. Throws `PolicyError`. */
export function policyName({ name }: PolicyModule, file: string): string {
  const own = name ?? file.replace(/\.\w+$/, '');
  if (!NAME.test(own)) {
    throw new PolicyError(
      `${file}: the policy's name is ${inWords(own)}; expected up to 40 letters, digits, _, . and -`,
    );
  }
  if (own === 'all' || isPolicyName(own)) {
    throw new PolicyError(`${file}: the policy's name, ${own}, is taken; give it another name`);
  }
  return own;
}

function isModule(value: unknown): value is PolicyModule {
  if (typeof value !== 'object' || value === null) return false;
  const hasName = !('name' in value) || ['string', 'undefined'].includes(typeof value.name);
  return hasName && 'create' in value && typeof value.create === 'function';
}

/** The message of Node holds the whole code, which nobody wants to read. */
function notImported(file: string, error: unknown): PolicyError {
  const message = error instanceof Error ? error.message : '';
  const missing = /^Failed to resolve module specifier ("[^"]*")/.exec(message)?.[1];
  if (missing === undefined) return thrownBy(file, 'its import', error);
  const expected = "a policy is one file, which may import types, and Node's own modules";
  return new PolicyError(`${file}: it imports ${missing}; ${expected}`, { cause: error });
}
