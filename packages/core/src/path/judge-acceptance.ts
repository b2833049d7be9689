import { reason, type Reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { CandidatePath } from "./verified-path.ts";

/** What the last word on a path came to. */
type Acceptance =
  | {
      readonly outcome: "accepted";
      /** Epoch milliseconds: from then on it has to be asked for again. */
      readonly until: number;
      /** What was forgiven. */
      readonly warnings: readonly Reason[];
    }
  | { readonly outcome: "refused"; readonly reason: Reason };

const noObjection: Acceptance = { outcome: "accepted", until: Infinity, warnings: [] };

/** Asks whoever has the last word, if there is anybody. */
export function judgeAcceptance(
  path: CandidatePath | readonly [Certificate],
  { acceptPath, now }: Pick<ValidationContext, "acceptPath" | "now">,
): Acceptance {
  const acceptance = acceptPath?.(path);
  if (acceptance === undefined) return noObjection;
  if (acceptance.outcome === "refused") {
    const { code, certificateIndex, details } = acceptance;
    return refuse(reason(code, { certificateIndex, ...(details && { details }) }));
  }
  const { until = Infinity, warnings = [] } = acceptance;
  if (until > now) return { outcome: "accepted", until, warnings };
  // An answer that has run out is none.
  const details = { problem: "the answer is out of date" };
  return refuse(reason("revocation-unknown", { certificateIndex: 0, details }));
}

function refuse(why: Reason): Acceptance {
  return { outcome: "refused", reason: why };
}
