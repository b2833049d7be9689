import { expect } from "chai";
import { ConfigError } from "@mtls-shield/core";
import { readStripHeaders } from "../../src/headers/certificate-headers.ts";
import { mtls, type MtlsOptions } from "../../src/index.ts";

/** The option at fault, and the message. */
function fault(stripHeaders: unknown): readonly [string, string] {
  try {
    mtls({ stripHeaders } as MtlsOptions);
  } catch (error) {
    if (error instanceof ConfigError) return [error.option, error.message];
  }
  throw new Error("was accepted");
}

describe("the option stripHeaders", () => {
  it("removes certificate headers unless it says otherwise", () => {
    expect(readStripHeaders(undefined)?.matches("Client-Cert")).to.equal(true);
    expect(readStripHeaders("certificates")).to.equal(readStripHeaders(undefined));
    expect(readStripHeaders(false)).to.equal(undefined);
  });

  it("takes a list in place of the usual names", () => {
    const filter = readStripHeaders(["X-User", "X-Internal-*"]);
    const names = ["x-user", "x-internal-a", "client-cert"];
    expect(names.map((name) => filter?.matches(name))).to.deep.equal([true, true, false]);
  });

  it("refuses what is no list of names, and says what to write", () => {
    for (const value of [true, null, "X-User", "none", [], {}, 1, () => false]) {
      const [option, message] = fault(value);
      expect(option).to.equal("stripHeaders");
      expect(message).to.match(/is not one of its values\. Write "certificates", a list/);
    }
  });

  it("refuses entries that are no names", () => {
    for (const value of ["", "*", "a b", "a*b", "**", "X-*-*", ":path", ":*", "é", "a:", 1, null]) {
      const [option, message] = fault(["X-User", value]);
      expect(option).to.equal("stripHeaders[1]");
      expect(message).to.match(/is no name of a header\. Write one such as/);
    }
  });

  it("refuses to take away what says where a message ends, or for whom it is", () => {
    for (const [value, lost] of [
      ["Host", "host"],
      ["content_length", "content-length"],
      ["Content-*", "content-length"],
      ["Transfer-Encoding", "transfer-encoding"],
      ["c*", "connection"],
      ["Upgrade", "upgrade"],
      ["Expect*", "expect"],
    ] as const) {
      const [option, message] = fault([value]);
      expect(option).to.equal("stripHeaders[0]");
      expect(message).to.contain(`would remove ${lost}, which`);
    }
  });
});
