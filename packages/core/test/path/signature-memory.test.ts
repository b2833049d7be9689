import { expect } from "chai";

import { authority, soundChain, testKeyPair } from "@mtls-shield/testkit";

import { SignatureMemory } from "../../src/path/signature-memory.ts";
import { createTrustSet } from "../../src/path/trust-input.ts";
import type { ChainInput } from "../../src/path/verify-chain.ts";
import { parsed } from "../certificates.ts";
import { codeOf, judgeChain } from "./judge-chain.ts";

describe("SignatureMemory", () => {
  const { leaf, chain, root } = soundChain();
  const [client, issuing, anchor] = [parsed(leaf), parsed(chain[1]!), parsed(root)];

  it("knows nothing at first, and then what it was told", () => {
    const memory = new SignatureMemory([issuing, anchor]);
    expect(memory.isKnownValid(issuing, anchor.publicKey)).to.equal(false);
    memory.remember(issuing, anchor);
    expect(memory.isKnownValid(issuing, anchor.publicKey)).to.equal(true);
  });

  it("takes the signature of one certificate, or by one key, for no other", () => {
    const memory = new SignatureMemory([issuing, anchor]);
    memory.remember(issuing, anchor);
    expect(memory.isKnownValid(anchor, anchor.publicKey)).to.equal(false);
    expect(memory.isKnownValid(issuing, issuing.publicKey)).to.equal(false);
    expect(memory.isKnownValid(parsed(chain[1]!), anchor.publicKey), "another object").to.equal(
      false,
    );
  });

  it("remembers nothing of certificates that clients bring, on either side", () => {
    const memory = new SignatureMemory([issuing, anchor]);
    memory.remember(client, issuing);
    expect(memory.isKnownValid(client, issuing.publicKey)).to.equal(false);
    const stranger = parsed(authority().certificate);
    memory.remember(issuing, stranger);
    expect(memory.isKnownValid(issuing, stranger.publicKey)).to.equal(false);
  });
});

describe("what a trust set remembers of its own signatures", () => {
  const paid = (signatureChecks: number): Partial<ChainInput> => ({
    limits: { signatureChecks },
  });

  it("spares the checks between its authorities from the second client on", () => {
    const issuing = authority().intermediate().intermediate();
    const trust = createTrustSet({
      anchors: issuing.root.der,
      intermediates: issuing.chain.map(({ der }) => der),
    });
    const clients = [issuing.client(), issuing.client()];
    const codes = [1, 3, 1].map((checks, index) =>
      codeOf(judgeChain(clients[index % 2]!, { trust, ...paid(checks) })),
    );
    expect(codes).to.deep.equal(["path-search-limit", "verified", "verified"]);
  });

  it("is never that a client's signature was valid", () => {
    const issued = soundChain();
    const trust = createTrustSet(issued.root.der);
    expect(codeOf(judgeChain(issued, { trust }))).to.equal("verified");
    expect(codeOf(judgeChain(issued, { trust, ...paid(1) }))).to.equal("path-search-limit");
  });

  it("does not make a weak algorithm accepted that another call had accepted", () => {
    const issuing = authority().intermediate({ signatureScheme: "ecdsa-sha1" });
    const trust = createTrustSet({
      anchors: issuing.root.der,
      intermediates: issuing.certificate.der,
    });
    const client = issuing.client();
    const lax = { trust, legacyAlgorithms: ["sha1"] } as const;
    expect(codeOf(judgeChain(client, lax))).to.equal("verified");
    expect(codeOf(judgeChain(client, { trust }))).to.equal("signature-algorithm-unsupported");
    expect(codeOf(judgeChain(client, lax))).to.equal("verified");
  });

  it("does not outlive a change of the anchor: one of the same name and another key", () => {
    const keyPair = testKeyPair("ecdsa-p256");
    const issuing = authority().intermediate({ keyPair });
    const namesake = authority().certificate;
    const client = issuing.client();
    const intermediates = issuing.certificate.der;
    const right = createTrustSet({ anchors: issuing.root.der, intermediates });
    expect(codeOf(judgeChain(client, { trust: right }))).to.equal("verified");
    const wrong = createTrustSet({ anchors: namesake.der, intermediates });
    expect(codeOf(judgeChain(client, { trust: wrong }))).to.equal("issuer-unknown");
  });
});
