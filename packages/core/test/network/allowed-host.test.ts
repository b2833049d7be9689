import { expect } from "chai";

import {
  addressOf,
  allowedHostOf,
  allowsUrl,
  readAllowedHost,
} from "../../src/network/allowed-host.ts";
import { configErrorOf } from "../config-error-of.ts";

function allows(host: string, url: string): boolean {
  return allowsUrl(readAllowedHost(host, "hosts[0]"), new URL(url));
}

describe("readAllowedHost", () => {
  for (const value of [
    "",
    "*",
    "*.",
    "*.example",
    "*.127.0.0.1",
    "*.[::1]",
    "a.*.example",
    "*a.corp.example",
    "http://crl.corp.example",
    "crl.corp.example/",
    "user@crl.corp.example",
    "crl.corp.example.",
    ".corp.example",
    "crl..example",
    "crl corp.example",
    "bücher.example",
    "ſ.example",
    "crl.corp.example:",
    "crl.corp.example:0",
    "crl.corp.example:080",
    "crl.corp.example:65536",
    "crl.corp.example:http",
    "0x7f.1",
    "2130706433",
    "127.1",
    "010.0.0.1",
    "[::1",
    "[crl.corp.example]",
    "[127.0.0.1]",
    "[fe80::1%eth0]",
    "fe80::1%eth0",
    "[::1]]",
    undefined,
    null,
    1,
    {},
  ]) {
    it(`refuses ${JSON.stringify(value)}`, () => {
      const error = configErrorOf(() => readAllowedHost(value, "addresses.hosts[0]"));
      expect(error.option).to.equal("addresses.hosts[0]");
      expect(error.message).to.match(/is not a host\. Write it without scheme/);
    });
  }
});

describe("allowsUrl", () => {
  it("allows a host exactly, in whatever case either is written", () => {
    expect(allows("CRL.Corp.Example", "http://crl.corp.example/a.crl")).to.equal(true);
    expect(allows("crl.corp.example", "https://CRL.CORP.EXAMPLE/")).to.equal(true);
    for (const other of [
      "http://corp.example/",
      "http://a.crl.corp.example/",
      "http://xcrl.corp.example/",
      "http://crl.corp.example.evil.example/",
      "http://crl.corp.example./",
      "http://crl.corp.example@evil.example/",
      "http://evil.example/crl.corp.example",
      "http://evil.example\\@crl.corp.example/",
      "http://evil.example#crl.corp.example",
    ]) {
      expect(allows("crl.corp.example", other), other).to.equal(false);
    }
  });

  it("allows exactly one label for the wildcard", () => {
    expect(allows("*.pki.corp.example", "http://a.pki.corp.example/")).to.equal(true);
    for (const other of [
      "http://pki.corp.example/",
      "http://.pki.corp.example/",
      "http://a.b.pki.corp.example/",
      "http://apki.corp.example/",
      "http://a.pki.corp.example./",
    ]) {
      expect(allows("*.pki.corp.example", other), other).to.equal(false);
    }
  });

  it("allows the default port of the scheme only, unless a port is written", () => {
    expect(allows("a.example", "http://a.example:80/")).to.equal(true);
    expect(allows("a.example", "https://a.example:443/")).to.equal(true);
    expect(allows("a.example", "http://a.example:443/")).to.equal(false);
    expect(allows("a.example", "https://a.example:80/")).to.equal(false);
    expect(allows("a.example", "http://a.example:22/")).to.equal(false);
    expect(allows("a.example:8080", "http://a.example:8080/")).to.equal(true);
    expect(allows("a.example:8080", "http://a.example/")).to.equal(false);
    expect(allows("a.example:80", "http://a.example/")).to.equal(true);
    expect(allows("a.example:80", "https://a.example/")).to.equal(false);
    expect(allows("a.example:443", "https://a.example/")).to.equal(true);
    expect(allows("*.a.example:81", "http://x.a.example:81/")).to.equal(true);
  });

  it("allows an address as the URL parser reads it, however the URL spells it", () => {
    for (const url of [
      "http://127.0.0.1/",
      "http://2130706433/",
      "http://0x7f.1/",
      "http://0177.0.0.1/",
    ]) {
      expect(allows("127.0.0.1", url), url).to.equal(true);
      expect(allows("crl.corp.example", url), url).to.equal(false);
    }
    for (const entry of ["::1", "[::1]", "[0:0:0:0:0:0:0:1]"]) {
      expect(allows(entry, "http://[::1]/"), entry).to.equal(true);
    }
    expect(allows("[FD00::A]:81", "http://[fd00:0::a]:81/")).to.equal(true);
  });

  it("does not take an IPv4-mapped address for the IPv4 address that is listed", () => {
    expect(allows("127.0.0.1", "http://[::ffff:127.0.0.1]/")).to.equal(false);
    expect(allows("::ffff:127.0.0.1", "http://[::ffff:7f00:1]/")).to.equal(true);
  });

  it("allows what another URL names", () => {
    const allowed = allowedHostOf(new URL("http://crl.corp.example:8080/a"));
    expect(allowsUrl(allowed, new URL("https://crl.corp.example:8080/b"))).to.equal(true);
    expect(allowsUrl(allowed, new URL("http://crl.corp.example/b"))).to.equal(false);
    const usual = allowedHostOf(new URL("http://crl.corp.example/a"));
    expect(allowsUrl(usual, new URL("https://crl.corp.example/b"))).to.equal(true);
  });
});

describe("addressOf", () => {
  it("is the address of hosts as URLs have them, and undefined for names", () => {
    expect(addressOf(new URL("http://0x7f.1/").hostname)).to.equal("127.0.0.1");
    expect(addressOf(new URL("http://[::FFFF:127.0.0.1]/").hostname)).to.equal("::ffff:7f00:1");
    for (const host of ["crl.corp.example", "localhost", "", "1.example"]) {
      expect(addressOf(host)).to.equal(undefined);
    }
  });
});
