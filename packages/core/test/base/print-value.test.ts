import { expect } from "chai";

import { printValue } from "../../src/base/print-value.ts";

describe("printValue", () => {
  it("prints whatever it is, in one line", () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    for (const [value, text] of [
      ['a "b"', '"a \\"b\\""'],
      [undefined, "undefined"],
      [null, "null"],
      [5, "5"],
      [10n, "10n"],
      [Symbol("s"), "Symbol(s)"],
      [{ a: 1 }, "{ a: 1 }"],
    ] as const) {
      expect(printValue(value)).to.equal(text);
    }
    expect(printValue(circular)).to.match(/Circular/);
    expect(printValue(Array.from({ length: 50 }, () => "x".repeat(9)))).to.not.include("\n");
  });
});
