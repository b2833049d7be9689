import { expect } from "chai";

import { isPublicAddress } from "../../src/network/public-address.ts";

describe("isPublicAddress", () => {
  for (const [what, ...addresses] of [
    ["this network", "0.0.0.0", "0.255.255.255"],
    ["RFC 1918", "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1"],
    ["carrier-grade NAT", "100.64.0.0", "100.100.100.200", "100.127.255.255"],
    ["loopback", "127.0.0.1", "127.255.255.255", "::1"],
    ["link-local", "169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::1", "febf::1"],
    ["metadata and platform services", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"],
    ["IETF protocol assignments", "192.0.0.0", "192.0.0.170", "2001:1::1", "2001:1ff::1"],
    ["documentation", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    ["benchmarks", "198.18.0.1", "198.19.255.255", "2001:2::1"],
    ["relays to 6to4", "192.88.99.1"],
    ["multicast", "224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    ["reserved, and broadcast", "240.0.0.1", "255.255.255.255", "4000::1", "a000::1"],
    ["the unspecified address", "::"],
    ["unique local", "fc00::1", "fdff::1"],
    ["site-local", "fec0::1", "feff::1"],
    ["discard-only", "100::1"],
    ["segment routing", "5f00::1"],
    ["IPv4-mapped", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"],
    ["IPv4-compatible and -translated", "::127.0.0.1", "::8.8.8.8", "::ffff:0:8.8.8.8"],
    ["NAT64", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1"],
    ["6to4", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"],
    ["Teredo", "2001::1", "2001:0:a00:1::1"],
    ["no address at all", "", "localhost", "1", "0x7f.1", "127.1", "fe80::1%eth0", "undefined"],
  ] as const) {
    it(`is false for ${what}`, () => {
      for (const address of addresses) expect(isPublicAddress(address), address).to.equal(false);
    });
  }

  it("is true for hosts of the Internet, also right beside what is reserved", () => {
    for (const address of [
      "1.1.1.1",
      "9.255.255.255",
      "11.0.0.0",
      "100.63.255.255",
      "100.128.0.0",
      "126.255.255.255",
      "128.0.0.0",
      "169.253.255.255",
      "169.255.0.0",
      "172.15.255.255",
      "172.32.0.0",
      "192.167.255.255",
      "192.169.0.0",
      "198.17.255.255",
      "198.20.0.0",
      "223.255.255.255",
      "::ffff:8.8.8.8",
      "2000::1",
      "2001:200::1",
      "2001:4860:4860::8888",
      "2003::1",
      "2606:4700:4700::1111",
      "3ffe::1",
    ]) {
      expect(isPublicAddress(address), address).to.equal(true);
    }
  });
});
