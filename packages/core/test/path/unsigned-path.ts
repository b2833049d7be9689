import { authority, der, extensions, issueRaw } from "@mtls-shield/testkit";

import type { CandidatePath } from "../../src/path/verified-path.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { commonNameOf, parsed } from "../certificates.ts";
import { nameConstraints, type WrittenConstraints } from "../general-names.ts";

/** What a test says of one certificate. */
export interface UnsignedCertificate {
  /** A Name, or the text of a common name; left out: a name of its own. */
  readonly subject?: Uint8Array | string;
  /** General names. */
  readonly names?: readonly Uint8Array[];
  readonly constraints?: WrittenConstraints;
}

const { parts } = authority().client().leaf;

function nameOfText(name: Uint8Array | string): Uint8Array {
  return typeof name === "string" ? commonNameOf(der.utf8String(name)) : name;
}

function unsigned(
  { names, constraints }: UnsignedCertificate,
  issuer: Uint8Array,
  subject: Uint8Array,
): Certificate {
  const { extension, extensionOids } = extensions;
  const written = [
    ...(names === undefined
      ? []
      : [extension(extensionOids.subjectAltName, der.sequence(...names))]),
    ...(constraints === undefined
      ? []
      : [extension(extensionOids.nameConstraints, nameConstraints(constraints))]),
  ];
  const bytes = issueRaw({
    ...parts,
    issuer,
    subject,
    extensions: written,
    sign: () => der.bytes(0),
  });
  return parsed({ der: bytes });
}

/** A path as it is read from top to bottom, the anchor first; nobody signed it. */
export function unsignedPath(
  anchor: UnsignedCertificate,
  ...below: readonly [UnsignedCertificate, ...UnsignedCertificate[]]
): CandidatePath {
  let issuer = commonNameOf(der.utf8String("Somebody"));
  const [top, next, ...rest] = [anchor, ...below].map((certificate, position) => {
    const subject = nameOfText(certificate.subject ?? `Certificate ${position}`);
    const made = unsigned(certificate, issuer, subject);
    issuer = subject;
    return made;
  });
  return [top!, next!, ...rest].reverse() as unknown as CandidatePath;
}
