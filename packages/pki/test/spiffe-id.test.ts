import { expect } from "chai";

import { checkSpiffeId } from "../src/spiffe-id.ts";
import { thrownBy } from "./thrown-by.ts";

describe("a SPIFFE ID", () => {
  const sound = [
    "spiffe://corp.example",
    "spiffe://corp.example/a",
    "spiffe://a-b_c.1/Path/with.dots/and-more_0",
    `spiffe://${"a".repeat(255)}/b`,
  ];
  for (const id of sound) {
    it(`may be ${id.slice(0, 60)}`, () => {
      expect(() => {
        checkSpiffeId(id);
      }).to.not.throw();
    });
  }

  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, "is not a string"],
    ["https://corp.example/a", "does not begin with spiffe://"],
    ["SPIFFE://corp.example/a", "does not begin with spiffe://"],
    ["spiffe:corp.example", "does not begin with spiffe://"],
    ["spiffe:///a", "trust domain"],
    ["spiffe://Corp.example/a", "trust domain"],
    ["spiffe://user@corp.example/a", "trust domain"],
    ["spiffe://corp%2eexample/a", "trust domain"],
    [`spiffe://${"a".repeat(256)}/b`, "trust domain"],
    ["spiffe://corp.example:443/a", "port"],
    ["spiffe://corp.example/", "empty path segment"],
    ["spiffe://corp.example/a//b", "empty path segment"],
    ["spiffe://corp.example/a/", "empty path segment"],
    ["spiffe://corp.example/a/../b", "path segment of dots"],
    ["spiffe://corp.example/./a", "path segment of dots"],
    ["spiffe://corp.example/a%20b", "other characters"],
    ["spiffe://corp.example/a?b=c", "other characters"],
    ["spiffe://corp.example/a#b", "other characters"],
    ["spiffe://corp.example/ü", "other characters"],
    [`spiffe://corp.example/${"a".repeat(2_048)}`, "longer than 2048"],
  ];
  for (const [id, fault] of wrong) {
    it(`is never ${String(id).slice(0, 60)}`, async () => {
      const error = await thrownBy(() => {
        checkSpiffeId(id);
      });
      expect(error.option).to.equal("spiffeId");
      expect(error.message).to.contain(fault).and.to.contain("spiffe://trust-domain.example/");
    });
  }
});
