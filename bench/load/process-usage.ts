import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used so far, all its threads together. */
export interface ProcessUsage {
  /** User and system time, in microseconds; in steps of 10 ms on Linux, of up to 1 s elsewhere. */
  readonly cpuUs: number;
  /** The main thread's part of it; undefined where the system does not say. */
  readonly mainThreadCpuUs: number | undefined;
  /** Resident memory, in bytes. */
  readonly rssBytes: number;
  /** The most that it ever was; undefined where the system does not say. */
  readonly peakRssBytes: number | undefined;
}

export function usageOf(pid: number): ProcessUsage {
  return process.platform === 'linux' ? usageFromProc(pid) : usageFromPs(pid);
}

/** `proc_pid_stat(5)`: fields 14 and 15 are the user and system time in clock ticks. */
function cpuTicks(statFile: string): number {
  const stat = readFileSync(statFile, 'utf8');
  // The second field, the command's name, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function usageFromProc(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return {
    cpuUs: cpuTicks(`/proc/${pid}/stat`) * tickUs(),
    mainThreadCpuUs: cpuTicks(`/proc/${pid}/task/${pid}/stat`) * tickUs(),
    rssBytes: kib('VmRSS') * 1024,
    peakRssBytes: kib('VmHWM') * 1024,
  };
}

let knownTickUs: number | undefined;

function tickUs(): number {
  knownTickUs ??= 1e6 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return knownTickUs;
}

/** The time column is `[[days-]hours:]minutes:seconds[.hundredths]`. */
function usageFromPs(pid: number): ProcessUsage {
  const args = ['-o', 'time=', '-o', 'rss=', '-p', String(pid)];
  const [time = '', rssKib = ''] = execFileSync('ps', args, { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  const [clock = '', days = '0'] = time.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return {
    cpuUs: (Number(days) * 86_400 + seconds) * 1e6,
    mainThreadCpuUs: undefined,
    rssBytes: Number(rssKib) * 1024,
    peakRssBytes: undefined,
  };
}
