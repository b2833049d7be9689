import type { TestCertificate, TestCrl } from "@mtls-shield/testkit";

import type { PathAcceptance } from "../../../src/path/path-acceptance.ts";
import type { CandidatePath } from "../../../src/path/verified-path.ts";
import { createCrlCheck, type CrlCheckOptions } from "../../../src/revocation/crl/crl-check.ts";
import type { Certificate } from "../../../src/x509/certificate.ts";
import { noLegacy, verifySignature } from "../../../src/x509/signature.ts";
import { parsed } from "../../certificates.ts";
import { parsedList } from "../parsed-list.ts";

type HasDer = Pick<TestCertificate, "der">;

export interface CrlSetup extends Partial<
  Pick<CrlCheckOptions, "mode" | "now" | "legacy" | "verifySigner">
> {
  readonly lists: readonly TestCrl[];
  /** The pool that holds signers. */
  readonly signers?: readonly HasDer[];
}

/** The check as an engine would use it: signers' own paths are built from the pool, and checked in turn. */
export function crlCheck(setup: CrlSetup): (path: readonly HasDer[]) => PathAcceptance {
  const pool = (setup.signers ?? []).map(parsed);
  const check = createCrlCheck({
    lists: setup.lists.map(parsedList),
    now: setup.now ?? Date.now(),
    mode: setup.mode ?? "required",
    signers: pool,
    verifySigner:
      setup.verifySigner ??
      ((signer, anchor) => {
        const path = pathTo(anchor, [signer], pool);
        return path !== undefined && check(path).outcome === "accepted";
      }),
    legacy: setup.legacy ?? noLegacy,
  });
  return (path) => check(path.map(parsed) as unknown as CandidatePath);
}

/** What the check says of a path, the leaf first and the anchor last: `accepted`, or the code of the refusal. */
export function outcomeOf(setup: CrlSetup, path: readonly HasDer[]): string {
  const acceptance = crlCheck(setup)(path);
  return acceptance.outcome === "accepted" ? "accepted" : acceptance.code;
}

/** The whole refusal; an acceptance fails the test. */
export function refusalOf(
  setup: CrlSetup,
  path: readonly HasDer[],
): Extract<PathAcceptance, { outcome: "refused" }> {
  const acceptance = crlCheck(setup)(path);
  if (acceptance.outcome === "accepted") throw new Error("The path was accepted.");
  return acceptance;
}

function pathTo(
  anchor: Certificate,
  path: readonly Certificate[],
  pool: readonly Certificate[],
): CandidatePath | undefined {
  const last = path.at(-1)!;
  if (hasIssued(anchor, last)) return [...path, anchor] as unknown as CandidatePath;
  const next = pool.find((one) => !path.includes(one) && hasIssued(one, last));
  return next === undefined ? undefined : pathTo(anchor, [...path, next], pool);
}

function hasIssued(issuer: Certificate, certificate: Certificate): boolean {
  const { signatureAlgorithm, signedBytes, signature } = certificate;
  return (
    certificate.issuer.equals(issuer.subject) &&
    verifySignature(signatureAlgorithm, signedBytes, signature, issuer.publicKey) === "valid"
  );
}
