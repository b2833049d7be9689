import type { Reason } from "./reason.ts";
import { reasonInfo } from "./reasons.ts";

/** Of the reasons why several attempts failed, the one of the attempt that came furthest; of equals the first. */
export function mostUseful(found: readonly [Reason, ...Reason[]]): Reason {
  return found.reduce((best, next) =>
    reasonInfo(next.code).rank > reasonInfo(best.code).rank ? next : best,
  );
}
