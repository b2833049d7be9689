/** What whoever started a script has to mend; its message is all that they are shown. */
export class UsageError extends Error {}
