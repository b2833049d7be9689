import {
  authority,
  certificateList,
  der,
  extensions,
  testKeyPair,
  type AuthorityChanges,
  type CertificateChanges,
  type TestAuthority,
  type TestCertificate,
  type TestKeyPair,
} from "@mtls-shield/testkit";
import type { WrittenCase } from "../../conform.ts";
import type { SeededRandom } from "../seeded-random.ts";
import {
  isSame,
  isWeakKey,
  nobodysKey,
  type Edge,
  type Entity,
  type Graph,
  type UsageChoice,
} from "./graph.ts";
import { isReachable } from "./is-reachable.ts";

const now = Date.UTC(2030, 5, 15);
const clock = () => now;
const dayMs = 24 * 3_600_000;

/** The case that asks for the leaf of a graph, its certificates in random order among some that have nothing to do with it. */
export function graphCase(
  id: string,
  graph: Graph,
  random: SeededRandom,
  changes: WrittenCase = {},
): WrittenCase {
  const issued = graph.edges.map((edge) => ({ edge, certificate: issue(edge, graph, random) }));
  const pemOf = (isTrusted: boolean) =>
    random.shuffled(
      issued
        .filter(({ edge }) => (edge.trusted === true) === isTrusted)
        .map(({ certificate }) => certificate.pem),
    );
  const { leaf } = authorityOf(graph.leafIssuer).server({
    commonName: "localhost",
    ...withKeyIdentifiers(graph, withUsage(graph, graph.leafUsage ?? "purpose")),
  });
  return {
    id,
    features: [],
    validation_kind: graph.kind ?? "SERVER",
    validation_time: new Date(now).toISOString(),
    trusted_certs: pemOf(true),
    untrusted_intermediates: random.shuffled([...pemOf(false), ...unrelated(random)]),
    peer_certificate: leaf.pem,
    expected_peer_name: { kind: "DNS", value: "localhost" },
    max_chain_depth: graph.depth ?? null,
    crls: revocationLists(issued, graph.leafIssuer),
    expected_result: isReachable(graph) ? "SUCCESS" : "FAILURE",
    ...changes,
  };
}

interface Issued {
  readonly edge: Edge;
  readonly certificate: TestCertificate;
}

const keys: TestKeyPair[] = [];
const authorities = new Map<string, TestAuthority>();

function keyOf(index: number): TestKeyPair {
  return (keys[index] ??= testKeyPair(isWeakKey(index) ? "rsa-1024" : "ecdsa-p256"));
}

/** Whoever is asked to sign with this name and key. */
function authorityOf({ name, key }: Entity): TestAuthority {
  const id = `${name} ${key}`;
  const known = authorities.get(id) ?? authority({ commonName: name, keyPair: keyOf(key), clock });
  authorities.set(id, known);
  return known;
}

function issue(edge: Edge, graph: Graph, random: SeededRandom): TestCertificate {
  const changes: AuthorityChanges = {
    commonName: edge.subject.name,
    keyPair: keyOf(edge.subject.key),
    // A renewed certificate has other dates.
    notAfter: now + (30 + random.below(300)) * dayMs,
    ...(edge.pathLength === undefined ? {} : { pathLength: edge.pathLength }),
  };
  const usage = edge.usage === undefined ? {} : withUsage(graph, edge.usage);
  const spoilt = spoil(edge, { ...changes, ...usage });
  const signer =
    edge.fault === "signed-by-another" ? { ...edge.issuer, key: nobodysKey } : edge.issuer;
  return authorityOf(signer).intermediate(withKeyIdentifiers(graph, spoilt)).certificate;
}

function withUsage({ kind }: Graph, usage: UsageChoice): CertificateChanges {
  const { extendedKeyUsage } = extensions;
  const [own, other] =
    kind === "CLIENT"
      ? (["clientAuth", "serverAuth"] as const)
      : (["serverAuth", "clientAuth"] as const);
  switch (usage) {
    case "none":
      return { extensions: { extendedKeyUsage: "absent" } };
    case "purpose":
      return { extensions: { extendedKeyUsage: extendedKeyUsage(own) } };
    case "another":
      return { extensions: { extendedKeyUsage: extendedKeyUsage(other) } };
    case "both":
      return { extensions: { extendedKeyUsage: extendedKeyUsage(other, own) } };
    case "any":
      return { extensions: { extendedKeyUsage: extendedKeyUsage("anyExtendedKeyUsage") } };
  }
}

function withKeyIdentifiers<Changes extends CertificateChanges>(
  { keyIdentifiers }: Graph,
  changes: Changes,
): Changes {
  if (keyIdentifiers === "present") return changes;
  const none = { authorityKeyIdentifier: "absent", subjectKeyIdentifier: "absent" } as const;
  return { ...changes, extensions: { ...changes.extensions, ...none } };
}

function spoil({ fault }: Edge, sound: AuthorityChanges): AuthorityChanges {
  const replace = (changed: CertificateChanges["extensions"]): AuthorityChanges => ({
    ...sound,
    extensions: { ...sound.extensions, ...changed },
  });
  const add = (extension: Uint8Array): AuthorityChanges => ({
    ...sound,
    moreExtensions: [extension],
  });
  if (fault === undefined) return sound;
  switch (fault) {
    case "revoked":
    case "signed-by-another":
      return sound;
    case "expired":
      return { ...sound, notBefore: now - 30 * dayMs, notAfter: now - dayMs };
    case "not-yet-valid":
      return { ...sound, notBefore: now + dayMs };
    case "excludes-leaf":
      return add(extensions.nameConstraints({ excludedDnsNames: ["localhost"] }));
    case "permits-other-names":
      return add(extensions.nameConstraints({ permittedDnsNames: ["bad.example.com"] }));
    case "other-usage":
      return replace({ extendedKeyUsage: extensions.extendedKeyUsage("emailProtection") });
    case "no-basic-constraints":
      return replace({ basicConstraints: "absent" });
    case "not-an-authority":
      return replace({ basicConstraints: extensions.basicConstraints({ ca: false }) });
    case "no-key-cert-sign":
      return replace({ keyUsage: extensions.keyUsage("cRLSign", "digitalSignature") });
    case "unknown-critical-extension":
      return add(extensions.extension("1.3.6.1.4.1.99999.1", der.nullValue(), { critical: true }));
    case "sha1":
      return { ...sound, signatureScheme: "ecdsa-sha1" };
    case "wrong-signature":
      return {
        ...sound,
        raw: (parts) => ({ ...parts, sign: (tbs) => parts.sign(tbs.subarray(1)) }),
      };
  }
}

/** One list for every entity that has revoked a certificate, or has the name of one that has. */
function revocationLists(issued: readonly Issued[], leafIssuer: Entity): readonly string[] {
  const revoked = issued.filter(({ edge }) => edge.fault === "revoked");
  const names = new Set(revoked.map(({ edge }) => edge.issuer.name));
  const issuers = [leafIssuer, ...issued.map(({ edge }) => edge.issuer)].filter(
    ({ name }, index, all) =>
      names.has(name) && all.findIndex((one) => isSame(one, all[index]!)) === index,
  );
  return issuers.map((issuer) => {
    const own = revoked.filter(({ edge }) => isSame(edge.issuer, issuer));
    return certificateList(authorityOf(issuer).certificate, {
      now,
      revoked: own.map(({ certificate }) => certificate),
    }).pem;
  });
}

/** Certificates of another infrastructure. */
function unrelated(random: SeededRandom): readonly string[] {
  const root = authorityOf({ name: "Elsewhere", key: 0 });
  return Array.from(
    { length: random.below(4) },
    (_, index) =>
      root.intermediate({ commonName: `Elsewhere ${index}`, keyPair: keyOf(0) }).certificate.pem,
  );
}
