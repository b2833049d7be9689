import { expect } from "chai";

import { parseSpiffeId } from "../../src/x509/spiffe-id.ts";

describe("parseSpiffeId", () => {
  for (const [text, trustDomain, path] of [
    ["spiffe://corp.example", "corp.example", ""],
    ["spiffe://corp.example/orders/api", "corp.example", "/orders/api"],
    ["spiffe://a_b-c.1/A.b_c-D", "a_b-c.1", "/A.b_c-D"],
    ["spiffe://corp.example/...", "corp.example", "/..."],
    ["spiffe://corp.example/.hidden", "corp.example", "/.hidden"],
    [`spiffe://${"a".repeat(255)}/x`, "a".repeat(255), "/x"],
    [`spiffe://a/${"x".repeat(2_048 - 11)}`, "a", `/${"x".repeat(2_048 - 11)}`],
  ] as const) {
    it(`reads ${text.slice(0, 60)}`, () => {
      expect(parseSpiffeId(text)).to.deep.equal({ id: text, trustDomain, path });
    });
  }

  for (const [defect, text] of Object.entries({
    "no trust domain": "spiffe://",
    "no trust domain before a path": "spiffe:///a",
    "a scheme in capitals": "SPIFFE://corp.example/a",
    "another scheme": "https://corp.example/a",
    "a trust domain in capitals": "spiffe://Corp.example/a",
    "a port": "spiffe://corp.example:443/a",
    "a user": "spiffe://admin@corp.example/a",
    "a trust domain of 256 characters": `spiffe://${"a".repeat(256)}/x`,
    "2049 characters": `spiffe://a/${"x".repeat(2_049 - 11)}`,
    "a slash at the end": "spiffe://corp.example/a/",
    "a slash alone": "spiffe://corp.example/",
    "an empty segment": "spiffe://corp.example/a//b",
    "a dot segment": "spiffe://corp.example/a/./b",
    "a parent segment": "spiffe://corp.example/a/../admin",
    "a parent segment at the end": "spiffe://corp.example/a/..",
    "percent-encoding": "spiffe://corp.example/%61dmin",
    "an encoded slash": "spiffe://corp.example/a%2fb",
    "a query": "spiffe://corp.example/a?b",
    "a fragment": "spiffe://corp.example/a#b",
    "a star": "spiffe://corp.example/*",
    "a letter outside ASCII": "spiffe://corp.example/ä",
    "a line break at the end": "spiffe://corp.example/a\n",
    "a space in front": " spiffe://corp.example/a",
    nothing: "",
  })) {
    it(`reads none from a text with ${defect}`, () => {
      expect(parseSpiffeId(text)).to.equal(undefined);
    });
  }

  it("returns a frozen value", () => {
    expect(Object.isFrozen(parseSpiffeId("spiffe://a/b"))).to.equal(true);
  });
});
