/** A test for whole model ids against globs, in which `*` stands for any characters. */
export function globMatcher(globs: readonly string[]): (id: string) => boolean {
  if (globs.length === 0) return () => false;
  const bodies = globs.map((glob) =>
    glob
      .split('*')
      .map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*'),
  );
  const pattern = new RegExp(`^(?:${bodies.join('|')})$`, 'is');
  return (id) => pattern.test(id);
}
