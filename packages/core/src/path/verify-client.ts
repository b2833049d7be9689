import { Budget } from "../base/budget.ts";
import type { Limits } from "../base/limits.ts";
import { sha256, toHex } from "../base/bytes.ts";
import { mostUseful } from "../reasons/most-useful.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import { proposePaths, type SearchNotes } from "./build-path.ts";
import { checkValidity } from "./checks/validity.ts";
import { SignatureChecks } from "./signature-checks.ts";
import type { TrustSet } from "./trust-set.ts";
import { validatePath } from "./validate-path.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { VerifiedPath } from "./verified-path.ts";

/** Whether a trust set vouches for a client's certificate. */
export type Verification =
  VerifiedPresentation | { readonly outcome: "refused"; readonly reason: Reason };

/** A client's certificate that a trust set vouches for: by a path, or because it is pinned. */
export type VerifiedPresentation =
  | { readonly outcome: "verified"; readonly by: "path"; readonly path: VerifiedPath }
  | {
      readonly outcome: "verified";
      readonly by: "pin" | "key-pin";
      readonly path: readonly [Certificate];
    };

/**
 * Finds a sound path from the client's certificate to an anchor of the trust set, among the intermediates that it
 * presented and those of the set.
 */
export function verifyClient(
  client: Certificate,
  presented: readonly Certificate[],
  trust: TrustSet,
  context: ValidationContext,
  limits: Limits,
): Verification {
  const pin = trust.pinned.size > 0 ? findPin(client, trust) : undefined;
  if (pin !== undefined) return verifyPinned(client, pin, context);

  const budget = new Budget(limits);
  const signatures = new SignatureChecks(budget);
  const notes: SearchNotes = { tooDeep: false, exhausted: false };
  const refusals: Reason[] = [];
  for (const path of proposePaths(client, presented, trust, limits, notes)) {
    if (!budget.spendPath()) return refuse(reason("path-search-limit"));
    const verdict = validatePath(path, context, signatures);
    if (verdict.outcome === "verified")
      return { outcome: "verified", by: "path", path: verdict.path };
    refusals.push(verdict.reason);
    if (verdict.reason.code === "path-search-limit") return verdict;
  }
  if (notes.exhausted) return refuse(reason("path-search-limit"));
  const [first, ...others] = refusals;
  if (first !== undefined) return refuse(mostUseful([first, ...others]));
  if (notes.tooDeep) return refuse(reason("path-too-deep"));
  return refuse(
    reason(client.isSelfIssued ? "certificate-self-signed" : "issuer-unknown", {
      details: { issuer: client.issuer.text },
    }),
  );
}

function refuse(why: Reason): Verification {
  return { outcome: "refused", reason: why };
}

/** How the trust set pins the client: this very certificate, or only its key, in whatever certificate. */
function findPin(client: Certificate, { pinned }: TrustSet): "pin" | "key-pin" | undefined {
  if (pinned.has(client.fingerprint)) return "pin";
  return pinned.has(toHex(sha256(client.publicKey.der))) ? "key-pin" : undefined;
}

/** A pin replaces the path; the certificate's own dates still count. */
function verifyPinned(
  client: Certificate,
  by: "pin" | "key-pin",
  { now }: ValidationContext,
): Verification {
  const code = checkValidity(client, "client", now);
  if (code !== undefined) return refuse(reason(code, { certificateIndex: 0 }));
  return { outcome: "verified", by, path: [client] };
}
