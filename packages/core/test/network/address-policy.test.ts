import { expect } from "chai";

import {
  operatorAddresses,
  readAllowedHosts,
  readCertificateAddresses,
  readOperatorUrl,
} from "../../src/network/address-policy.ts";
import { configErrorOf } from "../config-error-of.ts";

const option = "revocation.certificateAddresses";

describe("operatorAddresses", () => {
  const policy = operatorAddresses(
    [new URL("http://crl.corp.example:8080/a.crl"), new URL("https://user:secret@10.0.0.1/b.crl")],
    readAllowedHosts(["*.mirror.example"], "hosts"),
  );

  it("lets the operator's own hosts be asked, and those listed beside", () => {
    for (const url of [
      "http://crl.corp.example:8080/other",
      "https://10.0.0.1/b.crl",
      "http://user:secret@10.0.0.1/b.crl",
      "http://a.mirror.example/",
    ]) {
      expect(policy.problemOf(new URL(url)), url).to.equal(undefined);
    }
  });

  it("lets nothing else be asked", () => {
    for (const url of [
      "http://crl.corp.example/",
      "http://169.254.169.254/latest/meta-data/",
      "http://localhost/",
      "http://10.0.0.2/",
    ]) {
      expect(policy.problemOf(new URL(url)), url).to.equal("is not among the hosts allowed");
    }
    for (const url of ["ftp://10.0.0.1/", "file:///etc/passwd", "data:,a"]) {
      expect(policy.problemOf(new URL(url)), url).to.equal("is neither http nor https");
    }
  });

  it("admits every address: an internal authority is in a private network", () => {
    for (const address of ["10.0.0.1", "127.0.0.1", "8.8.8.8"]) {
      expect(policy.admits(address)).to.equal(true);
    }
  });
});

describe("readCertificateAddresses", () => {
  it("lets listed hosts be asked at public addresses", () => {
    const policy = readCertificateAddresses(
      { hosts: ["crl.corp.example", "*.pki.corp.example", "8.8.8.8", "[2606:4700::1]"] },
      option,
    );
    for (const url of [
      "http://crl.corp.example/a.crl",
      "https://crl.corp.example/a.crl",
      "http://a.pki.corp.example/",
      "http://8.8.8.8/",
      "http://[2606:4700::1]/",
    ]) {
      expect(policy.problemOf(new URL(url)), url).to.equal(undefined);
    }
    expect(policy.admits("8.8.4.4")).to.equal(true);
    for (const address of ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"]) {
      expect(policy.admits(address), address).to.equal(false);
    }
  });

  it("lets no other host be asked, no other scheme, and nobody by name", () => {
    const policy = readCertificateAddresses({ hosts: ["crl.corp.example"] }, option);
    for (const [url, problem] of [
      ["http://169.254.169.254/", "is not among the hosts allowed"],
      ["http://2852039166/", "is not among the hosts allowed"],
      ["http://8.8.8.8/", "is not among the hosts allowed"],
      ["http://crl.corp.example:22/", "is not among the hosts allowed"],
      ["http://user@crl.corp.example/", "is addressed with a user's name"],
      ["http://:secret@crl.corp.example/", "is addressed with a user's name"],
      ["ldap://crl.corp.example/cn=CA", "is neither http nor https"],
      ["file:///etc/passwd", "is neither http nor https"],
      ["javascript:alert(1)", "is neither http nor https"],
    ] as const) {
      expect(policy.problemOf(new URL(url)), url).to.equal(problem);
    }
  });

  it("admits the private networks that are listed, and only these", () => {
    const policy = readCertificateAddresses(
      {
        hosts: ["crl.corp.example", "10.1.2.3", "fd12::1"],
        networks: ["10.1.0.0/16", "fd12::/16"],
      },
      option,
    );
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "fd12::1"]) {
      expect(policy.admits(address), address).to.equal(true);
    }
    for (const address of ["10.2.0.1", "127.0.0.1", "169.254.169.254", "fd13::1"]) {
      expect(policy.admits(address), address).to.equal(false);
    }
  });

  for (const [what, input, where, message] of [
    ["what is no object", true, "", "is not an object"],
    ["unknown keys", { host: [] }, ".host", 'Did you mean "hosts"?'],
    ["hosts that are no list", { hosts: "a.example" }, ".hosts", "Pass a list"],
    ["no hosts", {}, ".hosts", "names no host"],
    ["an empty list of hosts", { hosts: [] }, ".hosts", "names no host"],
    [
      "a malformed host",
      { hosts: ["a.example", "http://b"] },
      ".hosts[1]",
      '"http://b" is not a host',
    ],
    [
      "networks that are no list",
      { hosts: ["a"], networks: "10.0.0.0/8" },
      ".networks",
      "Pass a list",
    ],
    [
      "a malformed network",
      { hosts: ["a"], networks: ["10.0.0.1/8"] },
      ".networks[0]",
      "is not a network",
    ],
    [
      "a network that is no text",
      { hosts: ["a"], networks: [10] },
      ".networks[0]",
      "10 is not a network",
    ],
    [
      "all of IPv4, the metadata service included",
      { hosts: ["a"], networks: ["0.0.0.0/0"] },
      ".networks[0]",
      "is larger than any private network",
    ],
    ["all of IPv6", { hosts: ["a"], networks: ["::/0"] }, ".networks[0]", "is larger than"],
    [
      "a private address among the hosts that is in none of the networks",
      { hosts: ["a.example", "10.0.0.1"] },
      ".hosts[1]",
      'Write "10.0.0.1" into networks',
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      const error = configErrorOf(() => readCertificateAddresses(input, option));
      expect(error.option).to.equal(`${option}${where}`);
      expect(error.message).to.contain(message);
    });
  }
});

describe("readOperatorUrl", () => {
  it("reads an http or https address", () => {
    expect(readOperatorUrl("http://10.0.0.1:81/a.crl", "url").href).to.equal(
      "http://10.0.0.1:81/a.crl",
    );
    expect(readOperatorUrl("https://crl.corp.example/", "url").protocol).to.equal("https:");
  });

  for (const value of [
    "",
    "crl.corp.example",
    "ftp://a.example/",
    "file:///a.crl",
    "http://",
    1,
    null,
  ]) {
    it(`refuses ${JSON.stringify(value)} without showing it: it may hold a password`, () => {
      const error = configErrorOf(() => readOperatorUrl(value, "crl.urls[0]"));
      expect(error.message).to.equal(
        'crl.urls[0]: is not an http or https address. Write one such as "http://crl.corp.example/issuing.crl".',
      );
    });
  }
});
