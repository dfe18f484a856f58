import { httpLibraryProblem, type Platform } from '../platform.ts';

/** Loads the HTTP library ahead of all that imports it. Returns why that cannot be, if so. */
export async function loadHttpLibrary(): Promise<string | undefined> {
  try {
    await import('uWebSockets.js');
    return undefined;
  } catch (error) {
    return httpLibraryProblem(error instanceof Error ? error.message : String(error), platform());
  }
}

function platform(): Platform {
  const report: unknown = process.report.getReport();
  const glibc = /"glibcVersionRuntime":"([\d.]+)"/.exec(JSON.stringify(report))?.[1];
  return {
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
    glibc,
  };
}
