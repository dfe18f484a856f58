#!/usr/bin/env node
import { nodeProblem } from '../gateway/platform.ts';
import packageJson from '../package.json' with { type: 'json' };

const problem = nodeProblem(process.versions.node, packageJson.engines.node);
if (problem === undefined) {
  // Loaded only now: a Node that is too old fails while it loads the rest, with a stack.
  const { runProgram } = await import('./program.ts');
  await runProgram(packageJson.version);
} else {
  process.stderr.write(`fakeai: ${problem}\n`);
  process.exitCode = 1;
}
