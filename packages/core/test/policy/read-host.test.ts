import { expect } from "chai";

import { readHost } from "../../src/policy/read-host.ts";
import { fakeConnection } from "../fake-socket.ts";
import { fakeRequest } from "../fake-request.ts";

const hostOf = (hosts: readonly string[], target = "/") =>
  readHost(fakeRequest(fakeConnection([]), { hosts, target }));

describe("readHost", () => {
  it("reads the host in lower case, without port and final dot", () => {
    expect(hostOf(["API.Example.:8443"])).to.equal("api.example");
  });

  it("reads one of a target in absolute form that says the same", () => {
    expect(hostOf(["api.example"], "https://api.example/orders")).to.equal("api.example");
  });

  for (const [what, hosts, target] of [
    ["no host", [], "/"],
    ["two hosts", ["a.example", "b.example"], "/"],
    ["a host that is none", ["a b"], "/"],
    ["a target that names another", ["a.example"], "https://b.example/"],
  ] as const) {
    it(`reads none from ${what}`, () => {
      expect(hostOf(hosts, target)).to.equal(undefined);
    });
  }
});
