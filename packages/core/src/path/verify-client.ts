import { sha256, toHex } from "../base/bytes.ts";
import type { SearchLimits } from "../base/limits.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import { checkValidity, endOfValidity, periodOf } from "./checks/validity.ts";
import { findPath, type FailedSearch } from "./find-path.ts";
import { findIssuanceFaults } from "./issuance/issuance-faults.ts";
import { judgeAcceptance } from "./judge-acceptance.ts";
import type { TrustSet } from "./trust-set.ts";
import type { SoundPath } from "./validate-path.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { VerifiedPath } from "./verified-path.ts";

/** Whether a trust set vouches for a client's certificate. */
export type Verification = VerifiedPresentation | FailedSearch;

/** A client's certificate that a trust set vouches for. */
export type VerifiedPresentation = Voucher &
  Pick<SoundPath, "outcome" | "validFrom" | "validUntil" | "warnings">;

/** Asks again only for the last word on what was verified before: everything else is as it was while the dates hold. */
export function reverifyClient(
  known: VerifiedPresentation,
  context: Pick<ValidationContext, "acceptPath" | "now">,
): VerifiedPresentation | FailedSearch {
  const acceptance = judgeAcceptance(known.path, context);
  if (acceptance.outcome === "refused") return refuse(acceptance.reason);
  const { until } = periodOf(known.path);
  return {
    ...known,
    validUntil: Math.min(until, acceptance.until),
    // What was forgiven is forgiven anew each time, or not; how certificates were issued stays.
    warnings: [
      ...known.warnings.filter(({ category }) => category === "issuance"),
      ...acceptance.warnings,
    ],
  };
}

/** What vouches for a client's certificate: a path, or that the trust set pins it. */
export type Voucher =
  | { readonly by: "path"; readonly path: VerifiedPath }
  | { readonly by: "pin" | "key-pin"; readonly path: readonly [Certificate] };

/** Verifies a client by its path, unless the trust set pins it. */
export function verifyClient(
  client: Certificate,
  presented: readonly Certificate[],
  trust: TrustSet,
  context: ValidationContext,
  limits: SearchLimits,
): Verification {
  const pin = trust.pinned.size > 0 ? findPin(client, trust) : undefined;
  if (pin !== undefined) return verifyPinned(client, pin, context);
  const search = findPath(client, presented, trust, context, limits);
  if (search.outcome === "refused") return search;
  const { outcome, path, validFrom, validUntil, warnings } = search;
  return { outcome, by: "path", path, validFrom, validUntil, warnings };
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
  context: ValidationContext,
): Verification {
  const code = checkValidity(client, "leaf", context.now);
  if (code !== undefined) return refuse(reason(code, { certificateIndex: 0 }));
  const acceptance = judgeAcceptance([client], context);
  if (acceptance.outcome === "refused") return refuse(acceptance.reason);
  const { isPublicSuffix } = context;
  return {
    outcome: "verified",
    by,
    path: [client],
    validFrom: client.notBefore,
    validUntil: Math.min(endOfValidity(client), acceptance.until),
    warnings: [
      // Who pins a certificate accepts it as it was issued, whatever the profile.
      ...findIssuanceFaults([client], { profile: "default", isPublicSuffix }).warnings,
      ...acceptance.warnings,
    ],
  };
}

function refuse(why: Reason): FailedSearch {
  return { outcome: "refused", reason: why, tried: [] };
}
