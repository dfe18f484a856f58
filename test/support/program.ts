/**
 * What Node is given to run the program: its source where the test runs from source, or what
 * `npm test` has built of it.
 */
export const PROGRAM: readonly string[] = import.meta.url.endsWith('.ts')
  ? ['--import', 'tsx', 'cli/main.ts']
  : ['--enable-source-maps', 'test/dist/fakeai.js'];
