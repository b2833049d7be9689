import { sha256, toHex } from "../base/bytes.ts";
import type { SearchLimits } from "../base/limits.ts";
import { reason, type Reason } from "../reasons/reason.ts";
import type { Certificate } from "../x509/certificate.ts";
import { checkValidity, endOfValidity } from "./checks/validity.ts";
import { findPath, type FailedSearch } from "./find-path.ts";
import { findIssuanceFaults } from "./issuance/issuance-faults.ts";
import type { TrustSet } from "./trust-set.ts";
import type { SoundPath } from "./validate-path.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { VerifiedPath } from "./verified-path.ts";

/** Whether a trust set vouches for a client's certificate. */
export type Verification = VerifiedPresentation | FailedSearch;

/** A client's certificate that a trust set vouches for. */
export type VerifiedPresentation = Voucher &
  Pick<SoundPath, "outcome" | "validFrom" | "validUntil" | "warnings">;

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
  { now, isPublicSuffix }: ValidationContext,
): Verification {
  const code = checkValidity(client, "leaf", now);
  if (code !== undefined) return refuse(reason(code, { certificateIndex: 0 }));
  return {
    outcome: "verified",
    by,
    path: [client],
    validFrom: client.notBefore,
    validUntil: endOfValidity(client),
    // Who pins a certificate accepts it as it was issued, whatever the profile.
    warnings: findIssuanceFaults([client], { profile: "default", isPublicSuffix }).warnings,
  };
}

function refuse(why: Reason): Verification {
  return { outcome: "refused", reason: why, tried: [] };
}
