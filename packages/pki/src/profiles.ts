import "reflect-metadata";

import * as x509 from "@peculiar/x509";

import type { NameEntry } from "./alternative-names.ts";
import { element } from "./der-writer.ts";
import type { KeyPair } from "./key-pair.ts";

// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).
const ocspNoCheck = "1.3.6.1.5.5.7.48.1.5";

const dayMs = 86_400_000;

export type Role = "root" | "intermediate" | "client" | "server" | "ocspResponder" | "crlSigner";

/** How long a certificate of each role is valid when nobody says otherwise. */
export const usualLifetimeMs: Readonly<Record<Role, number>> = {
  root: 3_650 * dayMs,
  intermediate: 1_825 * dayMs,
  client: 90 * dayMs,
  server: 90 * dayMs,
  // Nobody can revoke it (see `ocspResponderExtensions`), so that it must end soon.
  ocspResponder: 7 * dayMs,
  crlSigner: 365 * dayMs,
};

/** The extensions of an authority: RFC 5280 4.2.1.3 and 4.2.1.9, both critical. */
export function authorityExtensions(pathLength: number | undefined): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

/** The extensions of a client or a server: RFC 5280 4.2.1.3, 4.2.1.6 and 4.2.1.12. */
export function leafExtensions(
  role: "client" | "server",
  key: KeyPair,
  names: { readonly entries: readonly NameEntry[]; readonly subjectIsEmpty: boolean },
): x509.Extension[] {
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  // Only key exchange by RSA encrypts with a certificate's key, and only with the server's.
  const keyUsage =
    role === "server" && key.algorithm.startsWith("rsa-")
      ? new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true)
      : new x509.KeyUsagesExtension(digitalSignature, true);
  const purpose =
    role === "server" ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  return [
    keyUsage,
    new x509.ExtendedKeyUsageExtension([purpose]),
    ...(names.entries.length === 0
      ? []
      : [new x509.SubjectAlternativeNameExtension([...names.entries], names.subjectIsEmpty)]),
  ];
}

/** The extensions of a delegated OCSP responder, whose own status nobody asks for (RFC 6960 4.2.2.2). */
export function ocspResponderExtensions(): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.ocspSigning]),
    new x509.Extension(ocspNoCheck, false, element(0x05)),
  ];
}

/** The extensions of one who signs lists and nothing else (RFC 5280 4.2.1.3). */
export function crlSignerExtensions(): x509.Extension[] {
  return [new x509.KeyUsagesExtension(x509.KeyUsageFlags.cRLSign, true)];
}
