import { X509Certificate } from "node:crypto";

import { expect } from "chai";
import fc from "fast-check";

import { authority, der, extensions, soundChain, testKeyPair } from "@mtls-shield/testkit";

import { parseCertificate, type Certificate } from "../../src/x509/certificate.ts";
import { verifySignature } from "../../src/x509/signature.ts";
import { bestCpuMs } from "../cpu-time.ts";
import { encode, nodesOf, replaceNode, treeOf, type DerNode } from "./der-mutator.ts";
import { allExtensions } from "./random-extensions.ts";

/** Certificates that between them hold everything that the parser reads. */
function seeds(): readonly Uint8Array[] {
  const sound = soundChain();
  const rsa = authority({ keyAlgorithm: "rsa-2048", pathLength: 3 });
  const rich = rsa.client({
    keyAlgorithm: "ed25519",
    signatureScheme: "rsa-pss-sha256",
    dnsNames: ["a.example", "*.b.example"],
    emails: ["a@b.example"],
    ipAddresses: ["10.0.0.1", "2001:db8::1"],
    uris: ["spiffe://corp.example/a"],
    moreExtensions: [
      extensions.nameConstraints({ permittedDnsNames: ["a.example"] }),
      extensions.policyConstraints({ requireExplicitPolicy: 1 }),
      extensions.extension("1.3.6.1.4.1.32473.99", der.sequence(der.integer(1)), {
        critical: true,
      }),
    ],
    raw: (parts) => ({ ...parts, uniqueIds: der.primitive(1, der.bytes(0, 1)) }),
  });
  const old = rsa.client({ raw: (parts) => ({ ...parts, version: der.bytes(), extensions: [] }) });
  const full = fc
    .sample(allExtensions, { seed: 7, numRuns: 2 })
    .map((extensionList) =>
      rsa.client({ raw: (parts) => ({ ...parts, extensions: extensionList }) }),
    );
  return [
    sound.leaf,
    sound.chain[1]!,
    sound.root,
    rich.leaf,
    old.leaf,
    ...full.map(({ leaf }) => leaf),
  ].map(({ der: bytes }) => bytes);
}

/** Parses, and asks everything that the engine may ask of a certificate. Whatever throws fails the test. */
function parseAndUse(bytes: Uint8Array): Certificate | string {
  const certificate = parseCertificate(bytes);
  if (typeof certificate === "string") return certificate;
  const { subject, issuer, publicKey, signature, signedBytes, signatureAlgorithm } = certificate;
  for (const name of [subject, issuer]) {
    expect(name.text.length + name.comparisonKey.length + name.commonNames.length).to.be.a(
      "number",
    );
  }
  expect(certificate.fingerprint).to.have.length(64);
  expect(certificate.isSelfIssued).to.equal(subject.comparisonKey === issuer.comparisonKey);
  verifySignature(signatureAlgorithm, signedBytes, signature, publicKey);
  return certificate;
}

/** OpenSSL refuses some certificates at once that the engine refuses only when it judges a path. */
function couldStandInPath(certificate: Certificate): boolean {
  const { subject, issuer, publicKey, signatureAlgorithm, signatureAlgorithmsMatch } = certificate;
  const attributes = [...subject.relativeNames, ...issuer.relativeNames].flat();
  return (
    signatureAlgorithmsMatch &&
    signatureAlgorithm !== undefined &&
    publicKey.shape.type !== "unsupported" &&
    attributes.every(({ text }) => text !== undefined)
  );
}

/** How often the parser said what, and the certificates that it accepted. */
function tally() {
  const accepted: Certificate[] = [];
  const messages = new Set<string>();
  return {
    accepted,
    messages,
    count: (result: Certificate | string) => {
      if (typeof result === "string") messages.add(result);
      else accepted.push(result);
    },
  };
}

/** Those that keep the length come twice: the others nearly always end at the first length that no longer fits. */
const octetChanges = ["set", "set", "flip", "flip", "insert", "remove", "cut"] as const;

describe("parseCertificate, with hostile bytes", function () {
  this.timeout(60_000);

  it("returns a string for 5,000 random byte strings", () => {
    const prefixed = fc
      .tuple(fc.constantFrom([], [0x30], [0x30, 0x82], [0x30, 0x80]), fc.uint8Array())
      .map(([prefix, rest]) => Uint8Array.from([...prefix, ...rest]));
    fc.assert(
      fc.property(prefixed, (bytes) => {
        expect(parseCertificate(bytes)).to.be.a("string");
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  it("survives 10,000 certificates with octets flipped, cut off or put in", () => {
    const bases = seeds();
    const { count, accepted, messages } = tally();
    const change = fc.tuple(
      fc.constantFrom(...octetChanges),
      fc.nat({ max: 1_000_000 }),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(
        fc.nat({ max: bases.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        (base, changes) => {
          let bytes = Buffer.from(bases[base]!);
          for (const [kind, place, octet] of changes) {
            const at = place % (bytes.length + 1);
            if (kind === "set") bytes[at] = octet;
            else if (kind === "flip") bytes[at] = (bytes[at] ?? 0) ^ (1 << (octet & 7));
            else if (kind === "insert")
              bytes = Buffer.concat([bytes.subarray(0, at), Buffer.of(octet), bytes.subarray(at)]);
            else if (kind === "remove")
              bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
            else bytes = bytes.subarray(0, at);
          }
          count(parseAndUse(bytes));
        },
      ),
      { seed: 2, numRuns: 10_000, unbiased: true },
    );
    expect(accepted.length, "mutants that were accepted").to.be.greaterThan(500);
    expect(messages.size, "different messages").to.be.greaterThan(15);
  });

  it("survives 10,000 certificates whose values were taken out, repeated, swapped or retyped, and what it accepts OpenSSL accepts", () => {
    const trees = seeds().map(treeOf);
    const donors = trees.flatMap(nodesOf);
    const { count, accepted, messages } = tally();
    const kinds = ["remove", "repeat", "swap", "retype", "refill"] as const;
    const change = fc.tuple(
      fc.constantFrom(...kinds),
      fc.nat({ max: 150 }),
      fc.nat({ max: donors.length - 1 }),
      fc.uint8Array({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(
        fc.nat({ max: trees.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        (base, changes) => {
          let tree = trees[base]!;
          for (const [kind, place, donor, content] of changes) {
            const apply: Readonly<Record<(typeof kinds)[number], (node: DerNode) => DerNode[]>> = {
              remove: () => [],
              repeat: (node) => [node, node],
              swap: () => [donors[donor]!],
              retype: (node) => [{ ...node, tag: donors[donor]!.tag }],
              refill: (node) => [{ ...node, content, children: undefined }],
            };
            tree = replaceNode(tree, place % nodesOf(tree).length, apply[kind]);
          }
          count(parseAndUse(encode(tree)));
        },
      ),
      { seed: 3, numRuns: 10_000, unbiased: true },
    );
    expect(accepted.length, "mutants that were accepted").to.be.greaterThan(500);
    expect(messages.size, "different messages").to.be.greaterThan(25);
    const usable = accepted.filter(couldStandInPath);
    expect(usable.length, "mutants that a path could hold").to.be.greaterThan(200);
    for (const { der: bytes, serialNumber } of usable.slice(0, 1_000)) {
      const seen = new X509Certificate(bytes);
      expect(seen.raw.equals(bytes)).to.equal(true);
      const magnitude = BigInt(`0x${seen.serialNumber.replace("-", "")}`);
      const octets = BigInt(`0x${serialNumber.toString("hex")}`);
      const serial = BigInt.asIntN(serialNumber.length * 8, octets);
      expect(seen.serialNumber.startsWith("-") ? -magnitude : magnitude).to.equal(serial);
    }
  });

  it("refuses a certificate cut off at any octet", () => {
    const { leaf } = soundChain();
    for (let length = 0; length < leaf.der.length; length++) {
      expect(parseCertificate(leaf.der.subarray(0, length)), `${length} octets`).to.be.a("string");
    }
  });

  it("refuses a certificate with any octet after it", () => {
    const { leaf } = soundChain();
    for (let octet = 0; octet < 256; octet++) {
      expect(parseCertificate(der.concat(leaf.der, der.bytes(octet)))).to.equal(
        "bytes are left over",
      );
    }
  });

  it("is not slowed down by depth: a name nested as deeply as the limit of bytes allows", () => {
    let nested: Uint8Array = der.nullValue();
    while (nested.length < 16_000) nested = der.sequence(nested);
    const spent = bestCpuMs(() => {
      expect(parseCertificate(nested)).to.be.a("string");
    });
    expect(spent, "CPU milliseconds").to.be.lessThan(50);
  });

  it("is not slowed down by number: 16 KiB of the smallest alternative names and attributes", () => {
    const attribute = der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String("")));
    const many = (one: Uint8Array, total: number) =>
      der.concat(...new Array<Uint8Array>(Math.floor(total / one.length)).fill(one));
    const { leaf: large } = authority().client({
      keyPair: testKeyPair("ecdsa-p256"),
      subject: der.sequence(many(attribute, 8_000)),
      extensions: {
        subjectAltName: extensions.extension(
          extensions.extensionOids.subjectAltName,
          der.sequence(many(der.primitive(2, der.bytes(0x61)), 8_000)),
        ),
      },
    });
    const spent = bestCpuMs(() => {
      expect(parseAndUse(large.der)).to.not.be.a("string");
    });
    expect(spent, "CPU milliseconds").to.be.lessThan(100);
  });
});
