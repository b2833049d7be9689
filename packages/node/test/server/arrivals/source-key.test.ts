import { expect } from "chai";

import { sourceKey } from "../../../src/server/arrivals/source-key.ts";

describe("sourceKey", () => {
  it("tells IPv4 addresses apart, in whatever form a dual-stack socket shows them", () => {
    expect(sourceKey("192.0.2.1")).to.equal("192.0.2.1");
    expect(sourceKey("::ffff:192.0.2.1")).to.equal("192.0.2.1");
    expect(sourceKey("192.0.2.2")).not.to.equal(sourceKey("192.0.2.1"));
  });

  it("takes all IPv6 addresses of one /64 for one host", () => {
    expect(sourceKey("2001:db8::1")).to.equal(sourceKey("2001:db8:0:0:ffff::2"));
    expect(sourceKey("2001:db8:0:1::1")).not.to.equal(sourceKey("2001:db8::1"));
  });

  it("leaves what is no address as it is", () => {
    expect(sourceKey("")).to.equal("");
    expect(sourceKey("fe80::1%eth0")).to.equal("fe80::1%eth0");
  });
});
