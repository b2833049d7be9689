/** Part of the time that a list or an answer counts for which is left when it is asked for anew: time to try again. */
const leadPart = 0.2;

/** When what counts from one moment until another should be replaced, in epoch milliseconds. */
export function dueBefore(from: number, until: number): number {
  return until - leadPart * (until - from);
}
