import { expect } from "chai";

import { authority } from "@mtls-shield/testkit";

import { findIssuanceFaults, issuanceRules } from "../../../src/path/issuance/issuance-faults.ts";
import { reasonInfo } from "../../../src/reasons/reasons.ts";
import { parsed } from "../../certificates.ts";

describe("findIssuanceFaults", () => {
  const context = { profile: "default", isPublicSuffix: undefined } as const;

  it("looks at a leaf by itself, which is no anchor", () => {
    const bare = { extensions: { authorityKeyIdentifier: "absent" }, serialNumber: 0n } as const;
    const self = parsed(authority(bare).certificate);
    const { refusal, warnings } = findIssuanceFaults([self], context);
    expect(refusal).to.equal(undefined);
    expect(warnings.map(({ code, certificateIndex }) => [code, certificateIndex])).to.deep.equal([
      ["authority-key-identifier-missing", 0],
      ["serial-number-not-positive", 0],
      ["certificate-is-ca", 0],
    ]);
  });

  it("says of whom it speaks, and what is wrong", () => {
    const { leaf } = authority().client({ commonName: "zero", serialNumber: 0n });
    const { warnings } = findIssuanceFaults([parsed(leaf)], context);
    expect(warnings.map(({ details }) => details)).to.deep.equal([
      { subject: "CN=zero", fault: "it is zero" },
    ]);
  });

  it("returns no warnings beside a refusal, which says more", () => {
    const { leaf, root } = authority({ serialNumber: 0n }).client({ serialNumber: 0n });
    const strict = { ...context, profile: "strict" } as const;
    const { refusal, warnings } = findIssuanceFaults([parsed(leaf), parsed(root)], strict);
    expect(refusal).to.include({ code: "serial-number-not-positive", certificateIndex: 1 });
    expect(warnings).to.deep.equal([]);
  });
});

describe("the rules of issuance", () => {
  it("have a code of the category issuance each, and no other code has that category", () => {
    const codes = issuanceRules.map(({ code }) => code);
    expect(new Set(codes).size).to.equal(codes.length);
    for (const code of codes) expect(reasonInfo(code).category, code).to.equal("issuance");
  });

  it("are all refused by one profile at least, and by webpki where by strict, name constraints apart", () => {
    for (const { code, refusedBy } of issuanceRules) {
      const isExcepted = code === "name-constraints-not-critical";
      expect(refusedBy.includes("webpki"), code).to.equal(!isExcepted);
    }
  });
});
