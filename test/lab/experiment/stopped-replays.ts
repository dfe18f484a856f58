import assert from 'node:assert/strict';
import { Command } from 'commander';
import { openTextFile } from '../../../cli/text-file.ts';
import { Lab } from '../../../lab/experiment/lab.ts';
import type { LabOptions } from '../../../lab/experiment/lab-options.ts';
import type { Replays } from '../../../lab/experiment/lab-session.ts';
import { loadLabTrace } from '../../../lab/experiment/lab-trace.ts';
import { boundOf, replay } from '../../../lab/simulate/replay.ts';
import type { ReplayConfig } from '../../../lab/simulate/replay-config.ts';

/** Runs replays on this thread; the user stops it when `count` of them have ended. */
class StoppedReplays implements Replays {
  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  get interrupted(): boolean {
    return this.#left === 0;
  }

  async run(configs: readonly ReplayConfig[]) {
    return configs.map((config) => {
      if (this.#left === 0) return undefined;
      this.#left--;
      return { ...replay(config), bound: undefined, isFirstOfThread: false, wallSeconds: 1 };
    });
  }

  async bounds(configs: readonly ReplayConfig[]) {
    return configs.map((config) => boundOf(config));
  }
}

/** A lab with the requests of `options`, which the user stops after `count` replays. */
export async function labStoppedAfter(count: number, options: LabOptions): Promise<Lab> {
  const trace = await loadLabTrace(options, { openText: openTextFile, writeError: assert.fail });
  return new Lab(options, trace, new StoppedReplays(count));
}

/** The options that `line` gives to the command that `add` makes. */
export function optionsOf<Options>(add: (program: Command) => Command, line: string): Options {
  const command = add(new Command().exitOverride());
  // The command itself is not to be run.
  command.action(() => {});
  command.parse(line.split(' '), { from: 'user' });
  return command.opts<Options & Record<string, unknown>>();
}
