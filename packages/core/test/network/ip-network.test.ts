import { expect } from "chai";

import { isInNetwork, readIpNetwork } from "../../src/network/ip-network.ts";

function isIn(address: string, text: string): boolean {
  const network = readIpNetwork(text);
  if (network === undefined) throw new Error(`${text} is no network`);
  return isInNetwork(address, network);
}

describe("readIpNetwork", () => {
  for (const text of [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.2.3",
    "10.1.2.3/32",
    "::/0",
    "fc00::/7",
    "::1/128",
  ]) {
    it(`reads ${text}`, () => {
      expect(readIpNetwork(text)).to.not.equal(undefined);
    });
  }

  for (const text of [
    "",
    "/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/255.0.0.0",
    "10/8",
    "010.0.0.0/8",
    "::/129",
    "fe80::1%eth0",
    "corp.example",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(readIpNetwork(text)).to.equal(undefined);
    });
  }

  it("refuses bits beyond the prefix: one of the two numbers is wrong", () => {
    expect(readIpNetwork("10.1.0.0/8")).to.equal(undefined);
    expect(readIpNetwork("fc00::1/7")).to.equal(undefined);
  });

  it("refuses IPv4 written as IPv6, whose prefix would have two lengths", () => {
    expect(readIpNetwork("::ffff:10.0.0.0/104")).to.equal(undefined);
  });
});

describe("isInNetwork", () => {
  it("knows the first and the last address, and those beside them", () => {
    expect(isIn("172.15.255.255", "172.16.0.0/12")).to.equal(false);
    expect(isIn("172.16.0.0", "172.16.0.0/12")).to.equal(true);
    expect(isIn("172.31.255.255", "172.16.0.0/12")).to.equal(true);
    expect(isIn("172.32.0.0", "172.16.0.0/12")).to.equal(false);
    expect(isIn("fbff::", "fc00::/7")).to.equal(false);
    expect(isIn("fdff:ffff::1", "fc00::/7")).to.equal(true);
    expect(isIn("fe00::", "fc00::/7")).to.equal(false);
  });

  it("takes an IPv4-mapped address for the IPv4 address that it leads to", () => {
    for (const address of ["::ffff:10.1.2.3", "::ffff:a01:203", "0:0:0:0:0:FFFF:0a01:0203"]) {
      expect(isIn(address, "10.0.0.0/8")).to.equal(true);
      expect(isIn(address, "::/0")).to.equal(false);
    }
  });

  it("keeps the two families apart", () => {
    expect(isIn("::1", "0.0.0.0/0")).to.equal(false);
    expect(isIn("10.0.0.1", "::/0")).to.equal(false);
  });

  it("has none of what is no address", () => {
    for (const text of ["", "10.0.0", "localhost", "fe80::1%eth0", "undefined"]) {
      expect(isIn(text, "0.0.0.0/0")).to.equal(false);
      expect(isIn(text, "::/0")).to.equal(false);
    }
  });
});
