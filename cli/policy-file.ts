import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { PolicyError } from '../engine/router/policy-error.ts';
import type { PolicyCluster } from '../engine/router/policy-module.ts';
import { importPolicy, type PolicySource, policyName } from '../engine/router/policy-source.ts';
import { tryPolicy } from '../engine/router/policy-trial.ts';
import type { LabOptions } from '../lab/experiment/lab-options.ts';
import { ROUTER } from '../lab/simulate/build-config.ts';
import { EXIT_MISCONFIGURED } from '../shared/exit-codes.ts';
import type { FileContent } from '../shared/settings/parse-value.ts';
import type { CommandContext } from './commands/command-context.ts';

type PolicyContext = Pick<CommandContext, 'readFile' | 'writeError' | 'exitCode'>;

/**
 * Reads the policy of `--policy-module` and tries it on each of `clusters`; `undefined` after one
 * line that says what is wrong with it.
 */
export async function policyOf(
  context: PolicyContext,
  path: string,
  clusters: readonly PolicyCluster[],
): Promise<PolicySource | undefined> {
  try {
    return await loadPolicy(path, context.readFile(path), clusters);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    context.writeError(`fakeai: --policy-module ${error.message}\n`);
    context.exitCode = EXIT_MISCONFIGURED;
    return undefined;
  }
}

/**
 * The options of a command of the lab, with the policy of the file that they name; `undefined`
 * after one line that says what is wrong with it.
 */
export async function withOwnPolicy<Options extends LabOptions>(
  context: PolicyContext,
  options: Options,
): Promise<Options | undefined> {
  const { policyModule, workers, blockSize, seeds } = options;
  if (policyModule === undefined) return options;
  const [size = ROUTER.blockSize] = blockSize ?? [];
  const [seed = ROUTER.seed] = seeds;
  const clusters = workers.map((count) => ({ workers: count, blockSize: size, seed }));
  const ownPolicy = await policyOf(context, policyModule, clusters);
  return ownPolicy && { ...options, ownPolicy };
}

async function loadPolicy(
  path: string,
  content: FileContent,
  clusters: readonly PolicyCluster[],
): Promise<PolicySource> {
  if (!/\.m?[jt]s$/.test(path)) {
    throw new PolicyError(`${path}: expected a module, .ts, .mts, .js or .mjs`);
  }
  if (content.kind === 'missing') throw new PolicyError(`${path}: there is no such file`);
  if (content.kind === 'unreadable') {
    throw new PolicyError(`${path}: cannot be read: ${content.reason}`);
  }
  const file = {
    file: basename(path),
    sha256: createHash('sha256').update(content.text).digest('hex'),
    code: await javaScript(path, content.text),
  };
  const module = await importPolicy(file, 0);
  for (const cluster of clusters) tryPolicy(file.file, module, cluster);
  return { name: policyName(module, file.file), ...file };
}

/** The text of a module without types, each line where it was. */
async function javaScript(path: string, text: string): Promise<string> {
  if (!path.endsWith('ts')) return text;
  // Loaded only now: it is large, and nothing else needs it.
  const { transformSync } = await import('@swc/wasm-typescript');
  try {
    return transformSync(text, { mode: 'strip-only' }).code;
  } catch (error) {
    throw new PolicyError(`${basename(path)}${syntaxProblem(error)}`, { cause: error });
  }
}

/** What the transformer throws is no `Error`. */
function syntaxProblem(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return `: ${error}`;
  const line = 'startLine' in error ? `:${error.startLine}` : '';
  return `${line}: ${error.message}`;
}
