import { der, extensions, type PurposeName } from "@mtls-shield/testkit";

import type { ReasonCode } from "../../../src/reasons/reasons.ts";
import { commonNameOf, nameOf } from "../../certificates.ts";
import { directory, dns, otherName, uri } from "../../general-names.ts";
import { leafNames, without, type ChainChanges } from "./issuance.ts";

const { extension, extensionOids } = extensions;
const spiffeId = uri(leafNames.spiffeId);

/** A leaf with this common name, or none, and these alternative names beside its SPIFFE ID. */
export const named = (
  subject: string | Uint8Array,
  ...names: readonly Uint8Array[]
): ChainChanges => ({
  leaf: {
    subject: typeof subject === "string" ? commonNameOf(der.utf8String(subject)) : subject,
    extensions: {
      subjectAltName: extension(extensionOids.subjectAltName, der.sequence(spiffeId, ...names)),
    },
  },
});

/** A subject without a common name. */
export const organization = nameOf([["2.5.4.10", der.utf8String("Corp")]]);
const commonName = (text: string) => [["2.5.4.3", der.utf8String(text)]] as const;

const authorityKeyIdentifier = (...fields: readonly Uint8Array[]) => ({
  extensions: {
    authorityKeyIdentifier: extension(
      extensionOids.authorityKeyIdentifier,
      der.sequence(...fields),
    ),
  },
});

const keyIdentifier = der.primitive(0, der.bytes(1, 2, 3, 4));
const issuerAndSerial = [
  der.constructed(1, directory(commonNameOf(der.utf8String("Test Root")))),
  der.primitive(2, der.integerContent(1)),
] as const;

export const usages = (...names: readonly PurposeName[]) => extensions.extendedKeyUsage(...names);

/** A leaf with an RSA key of this modulus: it signs nothing here. */
export function withModulusOf(bits: number): ChainChanges {
  const modulus = (1n << BigInt(bits - 1)) | 1n;
  const subjectPublicKeyInfo = der.sequence(
    der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue()),
    der.bitString(der.sequence(der.integer(modulus), der.integer(65_537))),
  );
  return { leaf: { raw: (sound) => ({ ...sound, subjectPublicKeyInfo }) } };
}

/** One fault, which only `webpki` refuses, and nobody else mentions. */
export const webPkiFaults: readonly {
  readonly what: string;
  readonly code: ReasonCode;
  readonly at: 0 | 1 | 2;
  readonly fault: string;
  readonly changes: ChainChanges;
}[] = [
  {
    what: "an RSA modulus of 2049 bits",
    code: "web-pki-key",
    at: 0,
    fault: "the modulus has 2049 bits",
    changes: withModulusOf(2_049),
  },
  {
    what: "an Ed25519 key",
    code: "web-pki-key",
    at: 0,
    fault: "it is for Ed25519",
    changes: { leaf: { keyAlgorithm: "ed25519" } },
  },
  {
    what: "a root with an extended key usage",
    code: "web-pki-root",
    at: 2,
    fault: "it has an extended key usage",
    changes: { root: { moreExtensions: [usages("clientAuth")] } },
  },
  {
    what: "a root whose authority key identifier names an issuer",
    code: "web-pki-root",
    at: 2,
    fault: "its authority key identifier names an issuer",
    changes: { root: authorityKeyIdentifier(keyIdentifier, ...issuerAndSerial) },
  },
  {
    what: "a root whose authority key identifier is empty",
    code: "web-pki-root",
    at: 2,
    fault: "its authority key identifier holds no key identifier",
    changes: { root: authorityKeyIdentifier() },
  },
  {
    what: "a root whose authority key identifier is not its own",
    code: "web-pki-root",
    at: 2,
    fault: "its authority key identifier is not its subject key identifier",
    changes: { root: authorityKeyIdentifier(keyIdentifier) },
  },
  {
    what: "a leaf without an extended key usage",
    code: "web-pki-extended-key-usage",
    at: 0,
    fault: "it has none",
    changes: { leaf: without("extendedKeyUsage") },
  },
  {
    what: "a leaf for every usage",
    code: "web-pki-extended-key-usage",
    at: 0,
    fault: "it allows every usage",
    changes: {
      leaf: { extensions: { extendedKeyUsage: usages("clientAuth", "anyExtendedKeyUsage") } },
    },
  },
  {
    what: "a leaf whose extended key usage is critical",
    code: "web-pki-extended-key-usage",
    at: 0,
    fault: "it is critical",
    changes: {
      leaf: {
        extensions: {
          extendedKeyUsage: extension(
            extensionOids.extendedKeyUsage,
            der.sequence(der.oid("1.3.6.1.5.5.7.3.2")),
            { critical: true },
          ),
        },
      },
    },
  },
  {
    what: "two common names",
    code: "web-pki-common-name",
    at: 0,
    fault: "it has several",
    changes: named(nameOf(commonName("a.example"), commonName("a.example")), dns("a.example")),
  },
  {
    what: "a common name that is no alternative name",
    code: "web-pki-common-name",
    at: 0,
    fault: "b.example",
    changes: named("b.example", dns("a.example")),
  },
  {
    what: "a common name in other capitals",
    code: "web-pki-common-name",
    at: 0,
    fault: "A.example",
    changes: named("A.example", dns("a.example")),
  },
  {
    what: "a common name that a wildcard covers, beside host names",
    code: "web-pki-common-name",
    at: 0,
    fault: "a.b.example",
    changes: named("a.b.example", dns("*.b.example"), dns("b.example")),
  },
  {
    what: "a common name that is no host name, beside a wildcard",
    code: "web-pki-common-name",
    at: 0,
    fault: "Jane Doe",
    changes: named("Jane Doe", dns("*.b.example")),
  },
  {
    what: "a common name of one label beside a wildcard",
    code: "web-pki-common-name",
    at: 0,
    fault: "localhost",
    changes: named("localhost", dns("*.b.example")),
  },
  {
    what: "a common name that only a directory name or another name holds",
    code: "web-pki-common-name",
    at: 0,
    fault: "Jane",
    changes: named(
      "Jane",
      directory(commonNameOf(der.utf8String("Jane"))),
      otherName("1.3.6.1.4.1.311.20.2.3", der.utf8String("Jane")),
    ),
  },
  {
    what: "an alternative name that is critical beside a subject",
    code: "web-pki-alternative-name",
    at: 0,
    fault: "it is critical beside a subject",
    changes: {
      leaf: {
        extensions: { subjectAltName: extensions.subjectAltName(leafNames, { critical: true })! },
      },
    },
  },
  {
    what: "a wildcard below a top-level domain",
    code: "web-pki-alternative-name",
    at: 0,
    fault: "*.example",
    changes: named(organization, dns("a.example"), dns("*.example")),
  },
];
