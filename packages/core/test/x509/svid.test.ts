import { expect } from "chai";

import {
  authority,
  der,
  extensions,
  type KeyUsageName,
  type LeafChanges,
} from "@mtls-shield/testkit";

import { findSvidFault, readSvid } from "../../src/x509/svid.ts";
import { parsed } from "../certificates.ts";

const root = authority();
const spiffeId = "spiffe://corp.example/orders";

function leafOf(changes: LeafChanges) {
  return parsed(root.client({ spiffeId, ...changes }).leaf);
}

const usage = (...names: readonly KeyUsageName[]): LeafChanges => ({
  extensions: { keyUsage: extensions.keyUsage(...names) },
});

describe("readSvid and findSvidFault", () => {
  for (const [what, changes] of [
    ["one SPIFFE ID", {}],
    ["one SPIFFE ID among names of other types", { dnsNames: ["a.example"], emails: ["a@b.c"] }],
    ["no basic constraints", { extensions: { basicConstraints: "absent" } }],
    ["more usages than digitalSignature", usage("digitalSignature", "keyEncipherment")],
  ] as readonly (readonly [string, LeafChanges])[]) {
    it(`know an SVID by ${what}`, () => {
      const leaf = leafOf(changes);
      expect(readSvid(leaf)).to.deep.equal({
        id: spiffeId,
        trustDomain: "corp.example",
        path: "/orders",
      });
      expect(findSvidFault(leaf)).to.equal(undefined);
    });
  }

  const notCritical = extensions.extension(extensions.extensionOids.keyUsage, der.namedBits(0));
  for (const [fault, changes] of [
    ["it holds 0 URIs, not one", { extensions: { subjectAltName: "absent" } }],
    [
      "it holds 0 URIs, not one",
      { extensions: { subjectAltName: extensions.subjectAltName({ dnsNames: ["a.example"] })! } },
    ],
    ["it holds 2 URIs, not one", { uris: ["https://corp.example/"] }],
    ["it holds 2 URIs, not one", { uris: [spiffeId] }],
    ["it holds 3 URIs, not one", { uris: ["spiffe://a.example/b", "spiffe://a.example/c"] }],
    ["its URI is not a SPIFFE ID", { spiffeId: "https://corp.example/orders" }],
    ["its URI is not a SPIFFE ID", { spiffeId: "spiffe://corp.example/../admin" }],
    ["its SPIFFE ID names a trust domain, not a workload", { spiffeId: "spiffe://corp.example" }],
    [
      "it is a certificate authority",
      { extensions: { basicConstraints: extensions.basicConstraints({ ca: true }) } },
    ],
    ["it states no key usage", { extensions: { keyUsage: "absent" } }],
    ["its key usage is not critical", { extensions: { keyUsage: notCritical } }],
    ["its key may not sign data", usage("keyEncipherment")],
    ["its key may sign certificates or CRLs", usage("digitalSignature", "keyCertSign")],
    ["its key may sign certificates or CRLs", usage("digitalSignature", "cRLSign")],
  ] as readonly (readonly [string, LeafChanges])[]) {
    it(`know none, because ${fault}: ${JSON.stringify(Object.keys(changes))}`, () => {
      const leaf = leafOf(changes);
      expect(findSvidFault(leaf)).to.equal(fault);
      expect(readSvid(leaf)).to.equal(undefined);
    });
  }
});
