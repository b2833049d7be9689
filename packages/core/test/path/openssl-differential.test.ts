import { expect } from "chai";
import fc from "fast-check";

import {
  authority,
  extensions,
  fakeClock,
  requireTool,
  runOpenssl,
  type AuthorityChanges,
  type IssuedChain,
  type LeafChanges,
} from "@mtls-shield/testkit";

import { ConfigError } from "../../src/base/config-error.ts";
import { defaultLimits } from "../../src/base/limits.ts";
import { readTrust } from "../../src/path/trust-input.ts";
import { verifyClient } from "../../src/path/verify-client.ts";
import { parsed } from "../certificates.ts";

const clock = fakeClock(Date.UTC(2030, 0, 1));
const now = clock();
const hourMs = 3_600_000;

const algorithms = ["ecdsa-p256", "ecdsa-p384", "ed25519", "rsa-2048"] as const;

/** Differences that any certificate may have; most of them are no defect in most places. */
const oddities: Readonly<Record<string, LeafChanges & AuthorityChanges>> = {
  "has expired": { notAfter: now - hourMs },
  "is not valid yet": { notBefore: now + hourMs },
  "names no usages": { extensions: { extendedKeyUsage: "absent" } },
  "is for servers": { moreExtensions: [extensions.extendedKeyUsage("serverAuth")] },
  "is for clients": { moreExtensions: [extensions.extendedKeyUsage("clientAuth")] },
  "is for both": { moreExtensions: [extensions.extendedKeyUsage("serverAuth", "clientAuth")] },
  "has no key usage": { extensions: { keyUsage: "absent" } },
  "may sign certificates": {
    extensions: { keyUsage: extensions.keyUsage("keyCertSign", "digitalSignature") },
  },
  "may sign revocation lists alone": { extensions: { keyUsage: extensions.keyUsage("cRLSign") } },
  "has no basic constraints": { extensions: { basicConstraints: "absent" } },
  "allows no intermediate": { pathLength: 0 },
  "allows one intermediate": { pathLength: 1 },
  "has no key identifiers": {
    extensions: { subjectKeyIdentifier: "absent", authorityKeyIdentifier: "absent" },
  },
  "has an altered signature": {
    raw: (sound) => ({
      ...sound,
      alterSignature: (signature) => signature.map((octet, at) => (at === 20 ? octet ^ 1 : octet)),
    }),
  },
  "is of version 1": {
    raw: (sound) => ({ ...sound, version: new Uint8Array(), extensions: [] }),
  },
  "is named like its issuer": { commonName: "Test Root" },
};

/** A client's extended key usage is there already: one more would be a second one. */
function leafChanges(oddity: LeafChanges): LeafChanges {
  const [purposes] = oddity.moreExtensions ?? [];
  return purposes === undefined ? oddity : { extensions: { extendedKeyUsage: purposes } };
}

interface Recipe {
  readonly algorithm: (typeof algorithms)[number];
  readonly intermediates: number;
  /** Which certificate, the root first, and what about it. */
  readonly oddities: readonly (readonly [place: number, oddity: string])[];
  /** The client leaves an intermediate out. */
  readonly isIncomplete: boolean;
}

const recipes: fc.Arbitrary<Recipe> = fc.record({
  algorithm: fc.constantFrom(...algorithms),
  intermediates: fc.nat({ max: 3 }),
  oddities: fc.array(fc.tuple(fc.nat({ max: 4 }), fc.constantFrom(...Object.keys(oddities))), {
    maxLength: 2,
  }),
  isIncomplete: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
});

function make({ algorithm, intermediates, oddities: chosen, isIncomplete }: Recipe): IssuedChain {
  // The later of two for one certificate counts.
  const changesOf = (place: number) =>
    oddities[new Map(chosen.map(([at, oddity]) => [at, oddity])).get(place) ?? ""] ?? {};
  let issuing = authority({ clock, keyAlgorithm: algorithm, ...changesOf(0) });
  for (let place = 1; place <= intermediates; place++) {
    issuing = issuing.intermediate({ keyAlgorithm: algorithm, ...changesOf(place) });
  }
  const issued = issuing.client(leafChanges(changesOf(intermediates + 1)));
  return isIncomplete ? { ...issued, chain: issued.chain.slice(0, -1) } : issued;
}

function engineAccepts({ chain, root }: IssuedChain): boolean {
  const [client, ...presented] = chain.map(parsed);
  if (client === undefined) return false;
  try {
    const [trust] = readTrust([root.der], now, () => undefined);
    const context = { now, clientAuthUsage: "if-present" } as const;
    const verification = verifyClient(client, presented, trust!, context, defaultLimits);
    return verification.outcome === "verified";
  } catch (error) {
    // A root that cannot vouch for anybody is refused before any client comes.
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

function opensslSays({ chain, root }: IssuedChain): { accepts: boolean; stderr: string } {
  const [client, ...presented] = chain.map(({ pem }) => pem);
  const { status, stderr } = runOpenssl(
    [
      ...["verify", "-purpose", "sslclient", "-attime", String(now / 1_000)],
      ...["-no-CApath", "-no-CAstore", "-CAfile", "root.pem"],
      ...(presented.length === 0 ? [] : ["-untrusted", "chain.pem"]),
      "leaf.pem",
    ],
    { files: { "root.pem": root.pem, "chain.pem": presented.join(""), "leaf.pem": client ?? "" } },
  );
  return { accepts: status === 0, stderr };
}

describe("verifyClient beside openssl verify", function () {
  this.timeout(60_000);

  it("accepts nothing that openssl refuses, among 64 generated chains", function () {
    requireTool(this, "openssl");
    const count = 64;
    let both = 0;
    let neither = 0;
    for (const recipe of fc.sample(recipes, { seed: 6, numRuns: count })) {
      const issued = make(recipe);
      if (issued.chain.length === 0) continue;
      const engine = engineAccepts(issued);
      const openssl = opensslSays(issued);
      if (engine) expect(openssl, JSON.stringify(recipe)).to.include({ accepts: true });
      if (engine && openssl.accepts) both++;
      if (!engine && !openssl.accepts) neither++;
    }
    expect(both / count, "chains that both accept").to.be.at.least(0.3);
    expect(neither / count, "chains that both refuse").to.be.at.least(0.2);
  });

  // Root, intermediate and client, each with the oddity alone: y where the chain is accepted.
  const verdicts: Readonly<Record<string, readonly [engine: string, openssl: string]>> = {
    "has expired": ["nnn", "nnn"],
    "is not valid yet": ["nnn", "nnn"],
    "names no usages": ["yyy", "yyy"],
    "is for servers": ["nnn", "nnn"],
    "is for clients": ["yyy", "yyy"],
    "is for both": ["yyy", "yyy"],
    "has no key usage": ["yyy", "yyy"],
    "may sign certificates": ["yyy", "yyy"],
    "may sign revocation lists alone": ["nnn", "nnn"],
    // An authority has to say that it is one; OpenSSL lets a root be one without.
    "has no basic constraints": ["nny", "yny"],
    "allows no intermediate": ["nyy", "nyy"],
    "allows one intermediate": ["yyy", "yyy"],
    "has no key identifiers": ["yyy", "yyy"],
    // Only what signs itself is taken for a root; OpenSSL does not look.
    "has an altered signature": ["nnn", "ynn"],
    "is of version 1": ["yny", "yny"],
    "is named like its issuer": ["yyy", "yyy"],
  };
  for (const [oddity, expected] of Object.entries(verdicts)) {
    it(`refuses at least what openssl refuses when a certificate ${oddity}`, function () {
      requireTool(this, "openssl");
      expect(verdictsOn(oddity)).to.deep.equal(expected);
    });
  }

  it("knows a verdict for every oddity", () => {
    expect(Object.keys(verdicts)).to.have.members(Object.keys(oddities));
  });

  it("takes key identifiers for hints, where openssl takes them for rules (RFC 5280 6.1 asks for none)", function () {
    requireTool(this, "openssl");
    const keyId = new Uint8Array(20).fill(7);
    const authorityKeyIdentifier = extensions.authorityKeyIdentifier(keyId);
    const issued = authority({ clock }).client({ extensions: { authorityKeyIdentifier } });
    expect(engineAccepts(issued)).to.equal(true);
    expect(opensslSays(issued).accepts).to.equal(false);
  });
});

/** What both say when the root, the intermediate, the client is odd. */
function verdictsOn(oddity: string): readonly [engine: string, openssl: string] {
  const chains = [0, 1, 2].map((place) =>
    make({
      algorithm: "ecdsa-p256",
      intermediates: 1,
      oddities: [[place, oddity]],
      isIncomplete: false,
    }),
  );
  const letters = (accepts: (issued: IssuedChain) => boolean) =>
    chains.map((issued) => (accepts(issued) ? "y" : "n")).join("");
  return [letters(engineAccepts), letters((issued) => opensslSays(issued).accepts)];
}
