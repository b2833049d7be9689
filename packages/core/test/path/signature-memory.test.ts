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

  it("knows nothing at first, and then what it was told, by its bytes", () => {
    const memory = new SignatureMemory([anchor]);
    expect(memory.isKnownValid(issuing, anchor)).to.equal(false);
    memory.remember(issuing, anchor);
    expect(memory.isKnownValid(issuing, anchor)).to.equal(true);
    expect(memory.isKnownValid(parsed(chain[1]!), anchor), "parsed anew").to.equal(true);
  });

  it("takes the signature of one certificate, or by one issuer, for no other", () => {
    const memory = new SignatureMemory([issuing, anchor]);
    memory.remember(issuing, anchor);
    expect(memory.isKnownValid(anchor, anchor)).to.equal(false);
    expect(memory.isKnownValid(issuing, issuing)).to.equal(false);
    const { der } = chain[1]!;
    const altered = Buffer.from(der);
    altered.writeUInt8(altered.readUInt8(der.length - 1) ^ 1, der.length - 1);
    expect(memory.isKnownValid(parsed({ der: altered }), anchor)).to.equal(false);
  });

  it("remembers nothing of clients, nor by authorities that clients bring", () => {
    const memory = new SignatureMemory([issuing, anchor]);
    memory.remember(client, issuing);
    expect(memory.isKnownValid(client, issuing)).to.equal(false);
    const stranger = parsed(authority().certificate);
    memory.remember(issuing, stranger);
    expect(memory.isKnownValid(issuing, stranger)).to.equal(false);
  });

  it("forgets the authority that was seen the longest ago", () => {
    const memory = new SignatureMemory([anchor]);
    const many = Array.from({ length: 65 }, () => parsed(authority().certificate));
    for (const one of many) memory.remember(one, anchor);
    expect(memory.isKnownValid(many[0]!, anchor)).to.equal(false);
    expect(memory.isKnownValid(many[64]!, anchor)).to.equal(true);
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

  it("spares them for an intermediate that another client brought, but never for a client", () => {
    const issuing = authority().intermediate();
    const trust = createTrustSet(issuing.root.der);
    expect(codeOf(judgeChain(issuing.client(), { trust }))).to.equal("verified");
    expect(codeOf(judgeChain(issuing.client(), { trust, ...paid(1) }))).to.equal("verified");
    const { leaf, ...issued } = issuing.client();
    const forged = Buffer.from(leaf.der);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    const altered = { ...issued, leaf: { ...leaf, der: forged } };
    expect(codeOf(judgeChain(altered, { trust, leaf: forged }))).to.equal("signature-invalid");
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
