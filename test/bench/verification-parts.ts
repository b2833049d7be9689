import { verify, type KeyObject } from "node:crypto";
import type { IssuedChain, TestCertificate } from "@mtls-shield/testkit";
import { defaultLimits } from "../../packages/core/src/base/limits.ts";
import { TrustSet } from "../../packages/core/src/path/trust-set.ts";
import { verifyClient } from "../../packages/core/src/path/verify-client.ts";
import { readShieldOptions } from "../../packages/core/src/shield-options.ts";
import { parseCertificate, type Certificate } from "../../packages/core/src/x509/certificate.ts";

/** The engine as a shield runs it: from the bytes that a client sends to the verdict. `seen`: intermediates that are parsed already. */
export function createEngine(
  root: TestCertificate,
  seen: readonly TestCertificate[],
): (client: IssuedChain) => void {
  const ready = new Map(seen.map((certificate) => [certificate, parse(certificate.der)]));
  const trust = new TrustSet({
    name: "bench",
    anchors: [parse(root.der)],
    intermediates: [],
    pinned: new Set(),
  });
  const context = { ...readShieldOptions({}).validation, now: Date.now() };
  return ({ chain: [leaf, ...others] }) => {
    const presented = others.map((other) => ready.get(other) ?? parse(other.der));
    const client = parse((leaf as TestCertificate).der);
    const { outcome } = verifyClient(client, presented, trust, context, defaultLimits);
    if (outcome !== "verified") throw new Error("the client was refused");
  };
}

/** The least that any verifier has to do: the signature checks of a chain, with keys that are ready. */
export function createBareChecks(clients: readonly IssuedChain[]): (client: IssuedChain) => void {
  const checks = new Map(
    clients.map((client) => {
      const path = [...client.chain, client.root];
      const pairs = client.chain.map((certificate, index) => {
        const { signedBytes, signature } = parse(certificate.der);
        return { signedBytes, signature, key: (path[index + 1] as TestCertificate).publicKey };
      });
      return [client, pairs] as const;
    }),
  );
  return (client) => {
    for (const { signedBytes, signature, key } of checks.get(client) ?? []) {
      if (!isValid(signedBytes, key, signature)) throw new Error("the signature is not valid");
    }
  };
}

function isValid(signed: Buffer, key: KeyObject, signature: Buffer): boolean {
  return verify("sha256", signed, key, signature);
}

export function parse(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (typeof certificate === "string") throw new Error(certificate);
  return certificate;
}
