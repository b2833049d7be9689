import {
  authority,
  der,
  distinguishedName,
  extensions,
  testKeyPair,
  type TestAuthority,
  type TestKeyPair,
} from "@mtls-shield/testkit";
import type { WrittenCase } from "../../conform.ts";
import { authorityOrganizations, bitsOf, isAdmitted } from "./is-admitted.ts";
import type { Constraints, Link, Name, NamedChain, Subtree } from "./name.ts";

const now = Date.UTC(2030, 5, 15);
const clock = () => now;

/** One for each place in a chain: thousands of chains need not have thousands. */
const keyPairs: TestKeyPair[] = [];

function keyPairAt(place: number): TestKeyPair {
  return (keyPairs[place] ??= testKeyPair("ecdsa-p256"));
}

/** The case that asks for the leaf of a chain. */
export function nameCase(id: string, chain: NamedChain, changes: WrittenCase = {}): WrittenCase {
  const [top = {}, ...below] = chain.links;
  let issuer: TestAuthority = authority({ ...authorityChanges(top, 0), clock });
  const root = issuer.certificate;
  for (const [index, link] of below.entries()) {
    const ofAbove = link.selfIssued === true ? { subject: issuer.certificate.parts.subject } : {};
    issuer = issuer.intermediate({
      ...authorityChanges(link, index + 1),
      ...ofAbove,
    });
  }
  const { leaf } = issuer.server({
    subject: subjectOf(chain),
    keyPair: keyPairAt(chain.links.length),
    extensions: { subjectAltName: alternativeNames(chain.alternatives) },
  });
  const { peer } = chain;
  return {
    id,
    features: [],
    validation_kind: "SERVER",
    validation_time: new Date(now).toISOString(),
    trusted_certs: [root.pem],
    untrusted_intermediates: issuer.chain.map(({ pem }) => pem),
    peer_certificate: leaf.pem,
    expected_peer_name: peer === undefined ? null : { kind: kinds[peer.form], value: peer.text },
    expected_result: isAdmitted(chain) ? "SUCCESS" : "FAILURE",
    ...changes,
  };
}

const kinds = { dns: "DNS", ip: "IP", email: "RFC822" } as const;

function authorityChanges({ constraints }: Link, index: number) {
  const [organization] = authorityOrganizations;
  return {
    subject: distinguishedName({ organization, commonName: `CA ${index}` }),
    keyPair: keyPairAt(index),
    moreExtensions: constraints === undefined ? [] : [nameConstraints(constraints)],
  };
}

function subjectOf({ organizations, commonName }: NamedChain): Uint8Array {
  const all = organizations.map((organization) => distinguishedName({ organization }));
  if (commonName !== undefined) all.push(distinguishedName({ commonName }));
  return der.sequence(...all.flatMap((name) => der.split(name)));
}

function alternativeNames(names: readonly Name[]): Uint8Array | "absent" {
  if (names.length === 0) return "absent";
  return extensions.extension("2.5.29.17", der.sequence(...names.map(generalName)));
}

function nameConstraints({ permitted, excluded }: Constraints): Uint8Array {
  const list = (number: number, subtrees: readonly Subtree[]) =>
    subtrees.length === 0
      ? der.bytes()
      : der.constructed(number, ...subtrees.map((base) => der.sequence(generalName(base))));
  return extensions.extension("2.5.29.30", der.sequence(list(0, permitted), list(1, excluded)), {
    critical: true,
  });
}

/** A name, or the base of a subtree. */
function generalName(name: Name): Uint8Array {
  switch (name.form) {
    case "email":
      return der.primitive(1, new TextEncoder().encode(name.text));
    case "dns":
      return der.primitive(2, new TextEncoder().encode(name.text));
    case "directory": {
      const parts = name.organizations.map((organization) => distinguishedName({ organization }));
      return der.constructed(4, der.sequence(...parts.flatMap((part) => der.split(part))));
    }
    case "uri":
      return der.primitive(6, new TextEncoder().encode(name.text));
    case "ip":
      return der.primitive(7, addressOctets(name.text));
  }
}

/** An address, or an address and its mask. */
function addressOctets(text: string): Uint8Array {
  const [address = "", length] = text.split("/");
  const bits = bitsOf(address);
  if (length === undefined) return octetsOf(bits);
  const mask = "1".repeat(Number(length)).padEnd(bits.length, "0");
  return octetsOf(bits + mask);
}

function octetsOf(bits: string): Uint8Array {
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (octet) => parseInt(octet, 2));
}
