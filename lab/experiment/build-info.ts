import packageJson from '../../package.json' with { type: 'json' };

/** The commit that the build was made of, put in by the build; there is none in the sources. */
declare const FAKEAI_COMMIT: string | null | undefined;

/** Which program this is, for the record of results. */
export const PROGRAM = {
  name: 'fakeai',
  version: packageJson.version,
  /** With `-modified` behind it where the build had changes; `null` where nobody knows. */
  commit: typeof FAKEAI_COMMIT === 'undefined' ? null : FAKEAI_COMMIT,
} as const;
