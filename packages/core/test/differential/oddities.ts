import {
  der,
  extensions as write,
  freshestCrl,
  type CertificateChanges,
  type KeyUsageName,
  type PurposeName,
  type RawCertificateParts,
} from "@mtls-shield/testkit";

import { directory, uri } from "../general-names.ts";
import { writeName } from "./written-name.ts";

/** The moment at which the generated chains are judged. */
export const now = Date.UTC(2030, 0, 1);

const hourMs = 3_600_000;
const ids = write.extensionOids;

/** One thing about a certificate. */
type Oddity = Pick<
  CertificateChanges,
  "notBefore" | "notAfter" | "serialNumber" | "extensions" | "moreExtensions" | "raw"
>;

const keyId = new Uint8Array(20).fill(7);
const aPlace = uri("http://a.example/x");
const anAccess = der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.48.2"), aPlace));

function critical(oid: string, value: Uint8Array): Uint8Array {
  return write.extension(oid, value, { critical: true });
}

function basicConstraints(...fields: readonly Uint8Array[]): Oddity {
  return {
    extensions: { basicConstraints: critical(ids.basicConstraints, der.sequence(...fields)) },
  };
}

function keyUsage(...usages: readonly KeyUsageName[]): Oddity {
  return { extensions: { keyUsage: write.keyUsage(...usages) } };
}

function extendedKeyUsage(...purposes: readonly PurposeName[]): Oddity {
  return { extensions: { extendedKeyUsage: write.extendedKeyUsage(...purposes) } };
}

function oneMore(extension: Uint8Array): Oddity {
  return { moreExtensions: [extension] };
}

/** The whole authority key identifier; what the issuer is really called is in `raw`. */
function namedIssuer(serialNumber: bigint, name: string): Oddity {
  const value = der.sequence(
    der.constructed(1, directory(writeName(name))),
    der.primitive(2, der.integerContent(serialNumber)),
  );
  return {
    extensions: { authorityKeyIdentifier: write.extension(ids.authorityKeyIdentifier, value) },
  };
}

/** What any certificate of a chain may have about it; most of it is no defect in most places. */
export const oddities = {
  "has expired": { notAfter: now - hourMs },
  "expired a second ago": { notAfter: now - 1_000 },
  "is in its last second": { notAfter: now },
  "is not valid yet": { notBefore: now + hourMs },
  "is valid from now on": { notBefore: now },
  "is valid from the next second on": { notBefore: now + 1_000 },

  "names no usages": { extensions: { extendedKeyUsage: "absent" } },
  "is for servers": extendedKeyUsage("serverAuth"),
  "is for clients": extendedKeyUsage("clientAuth"),
  "is for both": extendedKeyUsage("serverAuth", "clientAuth"),
  "is for anything": extendedKeyUsage("anyExtendedKeyUsage"),
  "is for mail": extendedKeyUsage("emailProtection"),

  "has no key usage": { extensions: { keyUsage: "absent" } },
  "may sign certificates and more": keyUsage("keyCertSign", "digitalSignature"),
  "may sign revocation lists alone": keyUsage("cRLSign"),
  "may sign revocation lists too": keyUsage("cRLSign", "digitalSignature"),
  "may agree on keys": keyUsage("keyAgreement"),
  "may encipher keys": keyUsage("keyEncipherment"),

  "has no basic constraints": { extensions: { basicConstraints: "absent" } },
  "is an authority": basicConstraints(der.boolean(true)),
  "is no authority": basicConstraints(),
  "has basic constraints that are not critical": {
    extensions: {
      basicConstraints: write.extension(ids.basicConstraints, der.sequence(der.boolean(true))),
    },
  },
  "allows no intermediate": basicConstraints(der.boolean(true), der.integer(0)),
  "allows one intermediate": basicConstraints(der.boolean(true), der.integer(1)),

  "has no key identifiers": {
    extensions: { subjectKeyIdentifier: "absent", authorityKeyIdentifier: "absent" },
  },
  "has another key identifier": {
    extensions: { subjectKeyIdentifier: write.subjectKeyIdentifier(keyId) },
  },
  "names another authority's key": {
    extensions: { authorityKeyIdentifier: write.authorityKeyIdentifier(keyId) },
  },
  "names another authority's certificate": namedIssuer(1n, "CN=Nobody"),
  "has a critical authority key identifier": {
    extensions: {
      authorityKeyIdentifier: critical(ids.authorityKeyIdentifier, der.sequence()),
    },
  },
  "has a critical subject key identifier": {
    extensions: {
      subjectKeyIdentifier: critical(ids.subjectKeyIdentifier, der.octetString(keyId)),
    },
  },

  "has an unknown extension": oneMore(write.extension("1.3.6.1.4.1.32473.9", der.nullValue())),
  "has an unknown critical extension": oneMore(critical("1.3.6.1.4.1.32473.9", der.nullValue())),
  "has a critical issuer alternative name": oneMore(critical("2.5.29.18", der.sequence(aPlace))),
  "has critical information access": oneMore(critical("1.3.6.1.5.5.7.1.1", anAccess)),
  "has information access": oneMore(write.extension("1.3.6.1.5.5.7.1.1", anAccess)),
  "says where delta lists are": oneMore(freshestCrl({ uris: ["http://a.example/d"] })),
  "has critical distribution points": oneMore(
    critical(
      "2.5.29.31",
      der.sequence(der.sequence(der.constructed(0, der.constructed(0, aPlace)))),
    ),
  ),
  "is for servers, says Netscape": oneMore(
    write.extension("2.16.840.1.113730.1.1", der.namedBits(1)),
  ),

  "has an altered signature": { raw: alterSignature },
  "names two signature algorithms": {
    raw: (sound) => ({
      ...sound,
      outerSignatureAlgorithm: der.sequence(der.oid("1.2.840.10045.4.3.1")),
    }),
  },
  "is of version 1": { raw: (sound) => ({ ...sound, version: der.bytes(), extensions: [] }) },
  "is of version 2 with extensions": {
    raw: (sound) => ({ ...sound, version: der.constructed(0, der.integer(1)) }),
  },
  "has the serial number zero": { serialNumber: 0n },
  "has a negative serial number": { serialNumber: -5n },
  "has a serial number of 21 octets": { serialNumber: 1n << 161n },
  "states an extension twice": {
    raw: (sound) => ({
      ...sound,
      extensions: [...sound.extensions, ...sound.extensions.slice(0, 1)],
    }),
  },
} as const satisfies Readonly<Record<string, Oddity>>;

export type OddityName = keyof typeof oddities;

export const oddityNames = Object.keys(oddities) as readonly OddityName[];

/** Several oddities of one certificate: of two that contradict each other the later counts. */
export function joinOddities(names: readonly OddityName[]): Oddity {
  const chosen: readonly Oddity[] = names.map((name) => oddities[name]);
  return {
    ...chosen.reduce<Oddity>((joined, one) => ({ ...joined, ...one }), {}),
    extensions: chosen.reduce<NonNullable<Oddity["extensions"]>>(
      (joined, { extensions }) => ({ ...joined, ...extensions }),
      {},
    ),
    moreExtensions: chosen.flatMap(({ moreExtensions = [] }) => moreExtensions),
    raw: (sound) => chosen.reduce((parts, { raw }) => raw?.(parts) ?? parts, sound),
  };
}

function alterSignature(sound: RawCertificateParts): RawCertificateParts {
  const alter = (signature: Uint8Array) =>
    signature.map((octet, at) => (at === 20 ? octet ^ 1 : octet));
  return { ...sound, alterSignature: alter };
}
