import { expect } from "chai";

import { createDenyList } from "../../src/revocation/deny-list/deny-list.ts";
import { refuseUnverifiedTls } from "../../src/network/refuse-unverified-tls.ts";
import { readShieldOptions, type ShieldOptions } from "../../src/shield-options.ts";
import { issued } from "../ask-shield.ts";
import { configErrorOf } from "../config-error-of.ts";

const name = "NODE_TLS_REJECT_UNAUTHORIZED";

describe("refuseUnverifiedTls", () => {
  it("refuses a process that would believe every server, and names the cure", () => {
    const error = configErrorOf(() => {
      refuseUnverifiedTls({ [name]: "0" });
    });
    expect(error.option).to.equal(name);
    expect(error.message).to.include("NODE_EXTRA_CA_CERTS");
  });

  for (const value of [undefined, "1", ""]) {
    it(`lets ${JSON.stringify(value)} be, as Node does`, () => {
      refuseUnverifiedTls({ [name]: value });
    });
  }

  describe("when a shield is made", () => {
    const before = process.env[name];
    beforeEach(() => {
      process.env[name] = "0";
    });
    afterEach(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    });

    const trust = issued.root.pem;
    const never = () => Promise.reject(new Error("nobody is asked"));
    const url = new URL("http://crl.example/ca.crl");
    for (const [what, options, isRefused] of [
      ["that asks an address for lists", { revocation: { crl: url } }, true],
      ["that asks responders", { revocation: { ocsp: "http://ocsp.example" } }, true],
      ["that asks nobody", { revocation: { denied: createDenyList() } }, false],
      [
        "that asks by a fetcher of somebody else",
        { revocation: { crl: url }, fetcher: never },
        false,
      ],
      ["without revocation", {}, false],
    ] as const) {
      it(`${isRefused ? "refuses" : "takes"} one ${what}`, () => {
        const all: ShieldOptions = {
          trust,
          onRevocationEvent: () => undefined,
          onWarning: () => undefined,
          ...options,
        };
        const read = (): void => {
          readShieldOptions(all).revocation.close();
        };
        if (isRefused) expect(configErrorOf(read).option).to.equal(name);
        else read();
      });
    }
  });
});
