import { der, type TestCertificate } from "@mtls-shield/testkit";

import { DerReader } from "../src/asn1/der-reader.ts";
import { parseCertificate, type Certificate } from "../src/x509/certificate.ts";
import { DistinguishedName } from "../src/x509/distinguished-name.ts";

/** A certificate of the testkit, parsed by the engine; one that it cannot parse fails the test. */
export function parsed({ der: bytes }: Pick<TestCertificate, "der">): Certificate {
  const certificate = parseCertificate(bytes);
  if (typeof certificate === "string")
    throw new Error(`The engine cannot parse it: ${certificate}`);
  return certificate;
}

/** One attribute of a name: its type, and its value as whole DER. */
export type Attribute = readonly [type: string, value: Uint8Array];

/** A Name as DER: a list of relative names, each one attribute or a set of several. */
export function nameOf(...relativeNames: readonly (readonly Attribute[])[]): Uint8Array {
  return der.sequence(
    ...relativeNames.map((attributes) =>
      der.set(...attributes.map(([type, value]) => der.sequence(der.oid(type), value))),
    ),
  );
}

/** A Name of one common name, in the string type that is asked for. */
export function commonNameOf(value: Uint8Array): Uint8Array {
  return nameOf([["2.5.4.3", value]]);
}

/** A Name as the engine reads it. */
export function readName(bytes: Uint8Array): DistinguishedName {
  return DistinguishedName.read(DerReader.of(bytes));
}
