/** Whole answers for one, two and three tokens, one a line. See `corpus.ts` for their rules. */
export const CLOSINGS = `
Yes
No
Yes.
No.
Perhaps.
Indeed.
Very well.
Not yet.
It depends.
Of course.
`;
