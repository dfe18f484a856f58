/** The load benchmark: see `options.ts` for what it measures, docs/benchmarks.md for results. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatesScenario } from './gates-scenario.ts';
import { hostileScenario } from './hostile-scenario.ts';
import { describeMachine } from './machine.ts';
import { memoryScenario } from './memory-scenario.ts';
import { HELP, type LoadOptions, parseOptions, type ScenarioName } from './options.ts';
import { clearProgress } from './progress.ts';
import { CHAT_PATH, type Scenario, type ScenarioContext } from './scenario.ts';
import { ServerProcess } from './server-process.ts';
import { soakScenario } from './soak-scenario.ts';
import { startScenario } from './start-scenario.ts';
import { streamScenario } from './stream-scenario.ts';
import { truthScenario } from './truth-scenario.ts';
import { embeddingsScenario, modelsScenario, unaryScenario } from './unary-scenario.ts';

const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  unary: unaryScenario,
  embeddings: embeddingsScenario,
  models: modelsScenario,
  stream: streamScenario,
  truth: truthScenario,
  memory: memoryScenario,
  start: startScenario,
  hostile: hostileScenario,
  gates: gatesScenario,
};

const EXIT_FAILED = 1;
const EXIT_MISUSED = 2;

/** The entry point to measure, built first unless one was given. */
function prepareEntry(options: LoadOptions): string {
  if (options.server !== undefined) return resolve(options.server);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
  return resolve(root, 'dist/fakeai.js');
}

async function runAll(options: LoadOptions): Promise<void> {
  const machine = describeMachine();
  const command = ['npm run bench:load --', ...process.argv.slice(2)].join(' ');
  console.log(`${machine}\n${command}`);
  const entry = prepareEntry(options);
  const context: ScenarioContext = {
    options,
    start: (flags, body, nodeFlags = [], path = CHAT_PATH) =>
      ServerProcess.startOurs(
        { nodeFlags, entry, serveFlags: [...flags, ...options.serveFlags] },
        path,
        body,
      ),
  };
  const chosen: readonly [string, Scenario][] =
    options.soakMinutes > 0
      ? [['soak', soakScenario]]
      : options.scenarios.map((name) => [name, SCENARIOS[name]]);
  const figures: Record<string, unknown> = {};
  for (const [name, scenario] of chosen) {
    const report = await scenario(context);
    clearProgress();
    console.log(`\n${report.title}\n${report.text}`);
    figures[name] = report.figures;
  }
  if (options.jsonFile !== undefined) {
    const content = { machine, command, options, scenarios: figures };
    writeFileSync(options.jsonFile, `${JSON.stringify(content, null, 2)}\n`);
  }
}

async function main(): Promise<number> {
  let options: LoadOptions | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return EXIT_MISUSED;
  }
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  try {
    await runAll(options);
    return 0;
  } catch (error) {
    clearProgress();
    console.error(error);
    return EXIT_FAILED;
  }
}

process.exit(await main());
