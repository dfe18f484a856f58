/** Exit code of a command that could not finish what it was asked for. */
export const EXIT_FAILED = 1;

/** Exit code of a command that refuses its configuration or its arguments. */
export const EXIT_MISCONFIGURED = 2;
