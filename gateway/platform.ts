/** What the program needs of the machine, and in one line what to do where that is missing. */

/** Why this Node cannot run it, if so. `needed` is the range of package.json, `>=20.11`. */
export function nodeProblem(version: string, needed: string): string | undefined {
  const least = needed.replace('>=', '');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `this is Node ${version}, and at least ${least} is needed: install Node 20 from https://nodejs.org`;
}

export interface Platform {
  /** `22.1.0` */
  readonly node: string;
  /** `linux x64` */
  readonly system: string;
  /** `2.36`; undefined where the C library is another one. */
  readonly glibc: string | undefined;
}

/** What kept the HTTP library from being loaded; `reason` is the message of the error. */
export function httpLibraryProblem(reason: string, { node, system, glibc }: Platform): string {
  if (/Cannot find package/.test(reason)) {
    return 'uWebSockets.js, the HTTP library, is not installed: run npm ci';
  }
  const major = node.split('.', 1)[0];
  if (system.startsWith('linux') && glibc === undefined) {
    return (
      'uWebSockets.js, the HTTP library, needs glibc, which this system does not have: use one ' +
      'that has, such as the image node:20-bookworm-slim'
    );
  }
  const needed = /GLIBC_([\d.]+)/.exec(reason)?.[1];
  if (needed !== undefined) {
    return (
      `uWebSockets.js, the HTTP library, needs glibc ${needed} under Node ${major}, and here is ` +
      `${glibc}: use Node 20, or a newer system, such as Debian 13 or Ubuntu 24.04`
    );
  }
  return (
    `uWebSockets.js, the HTTP library, has no binary for Node ${major} on ${system}: use Node 20, ` +
    'on Linux, macOS or Windows, x64 or arm64'
  );
}
