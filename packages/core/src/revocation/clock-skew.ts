/** How far the clock of who signs lists and answers may be ahead of this one: what is new must not be refused for that. */
export const clockSkewMs = 60_000;
