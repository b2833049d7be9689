import { inspect } from "node:util";

import { expect } from "chai";

import { describeFault } from "../../src/base/describe-fault.ts";

describe("describeFault", () => {
  for (const [what, fault, text] of [
    ["an error", new Error("disk full"), "disk full"],
    ["an error of several lines", new Error("a\n  b\r\nc"), "a b c"],
    ["a text", "disk full", "'disk full'"],
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["an object without a prototype", Object.create(null), "[Object: null prototype] {}"],
    [
      "an object that cannot be shown",
      {
        [inspect.custom]: () => {
          throw new Error("no text");
        },
      },
      "an error that cannot be shown",
    ],
    [
      "an error whose message is no text",
      Object.assign(new Error(), { message: 7 }),
      "an error that cannot be shown",
    ],
  ] as readonly (readonly [string, unknown, string])[]) {
    it(`puts ${what} into one line`, () => {
      expect(describeFault(fault)).to.equal(text);
    });
  }

  it("cuts long ones short", () => {
    expect(describeFault(new Error("x".repeat(10_000)))).to.have.length(200);
  });
});
