import "reflect-metadata";

import { randomBytes } from "node:crypto";

import * as x509 from "@peculiar/x509";

import type { KeyPair } from "./key-pair.ts";
import type { NameElement } from "./subject-name.ts";
import type { Validity } from "./validity.ts";

export interface SigningRequest {
  readonly subject: readonly NameElement[];
  readonly publicKey: KeyPair["publicKey"];
  readonly validity: Validity;
  readonly extensions: readonly x509.Extension[];
  readonly issuer: { readonly subject: readonly NameElement[]; readonly keyPair: KeyPair };
}

export interface SignedCertificate {
  readonly der: Uint8Array;
  /** Lower-case hex. */
  readonly serialNumber: string;
}

/** Signs a version 3 certificate with both key identifiers and a random serial number. */
export async function signCertificate(request: SigningRequest): Promise<SignedCertificate> {
  const { crypto } = globalThis;
  const { publicKey, validity, issuer } = request;
  const serialNumber = randomSerialNumber();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber,
      subject: new x509.Name([...request.subject]),
      issuer: new x509.Name([...issuer.subject]),
      notBefore: new Date(validity.notBefore),
      notAfter: new Date(validity.notAfter),
      publicKey,
      signingKey: issuer.keyPair.privateKey,
      signingAlgorithm: issuer.keyPair.signing,
      extensions: [
        await x509.SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.keyPair.publicKey, false, crypto),
        ...request.extensions,
      ],
    },
    crypto,
  );
  return { der: new Uint8Array(certificate.rawData), serialNumber };
}

/**
 * 126 random bits in 16 octets, the first of them neither zero nor negative: more than the 64 bits
 * that keep a weak hash from being abused, less than the 20 octets of RFC 5280 4.1.2.2.
 */
function randomSerialNumber(): string {
  const octets = randomBytes(16);
  octets.writeUInt8((octets.readUInt8(0) & 0x3f) | 0x40, 0);
  return octets.toString("hex");
}
