import { expect } from "chai";

import {
  serialNumberKey,
  withoutZeros,
} from "../../../src/revocation/deny-list/serial-number-key.ts";

describe("serialNumberKey", () => {
  for (const text of ["0a1b", "A1B", "0A:1B", "0x0A1B", "serial=0A1B", " 00:0a:1b\n"]) {
    it(`takes ${JSON.stringify(text)} for the same number`, () => {
      expect(serialNumberKey(text)).to.equal("a1b");
    });
  }

  it("keeps one digit of zero", () => {
    expect(serialNumberKey("0000")).to.equal("0");
  });

  for (const [text, octets] of [
    ["-01", "ff"],
    ["-80", "80"],
    ["-81", "ff7f"],
    ["-8000", "8000"],
    ["-00", "0"],
  ] as const) {
    it(`takes the negative ${text} for the octets ${octets}, as a certificate holds it`, () => {
      expect(serialNumberKey(text)).to.equal(octets);
      expect(withoutZeros(octets)).to.equal(octets);
    });
  }

  for (const text of ["", "-", "0x", "xyz", "0A 1B", "0A:1", "0A::1B", ":0A", "1".repeat(161)]) {
    it(`takes ${JSON.stringify(text.slice(0, 20))} for none`, () => {
      expect(serialNumberKey(text)).to.equal(undefined);
    });
  }
});
