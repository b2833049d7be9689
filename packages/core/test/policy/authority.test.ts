import { expect } from "chai";

import { readAuthority } from "../../src/policy/authority.ts";

describe("the host of a request", () => {
  const read: Readonly<Record<string, readonly string[]>> = {
    "api.corp.example": ["api.corp.example"],
    "api.corp.example:8443": ["api.corp.example"],
    localhost: ["localhost"],
    "127.0.0.1:80": ["127.0.0.1"],
    "[::1]": ["[::1]"],
    "[2001:db8::1]:443": ["[2001:db8::1]"],
    my_service: ["my_service"],
  };
  for (const [header, hosts] of Object.entries(read)) {
    it(`is read from ${header}, without its port`, () => {
      expect(readAuthority([header], undefined)).to.deep.equal(hosts);
    });
  }

  const spelled: Readonly<Record<string, readonly string[]>> = {
    "API.corp.example": ["api.corp.example", "API.corp.example"],
    "api.corp.example.": ["api.corp.example", "api.corp.example."],
    "Api.corp.example.:8443": ["api.corp.example", "Api.corp.example", "Api.corp.example."],
    "[2001:DB8::1]": ["[2001:db8::1]", "[2001:DB8::1]"],
  };
  for (const [header, hosts] of Object.entries(spelled)) {
    it(`is read from ${header} as RFC 9110 compares it, and as a router may that compares letters`, () => {
      expect(new Set(readAuthority([header], undefined))).to.deep.equal(new Set(hosts));
    });
  }

  const malformed: Readonly<Record<string, string>> = {
    "an empty header": "",
    "a port alone": ":80",
    "a port that is none": "a.example:http",
    "a port of six digits": "a.example:123456",
    "two ports": "a.example:80:80",
    "a user": "user@a.example",
    "a path": "a.example/admin",
    "a backslash": "a.example\\admin",
    "an empty label": "a..example",
    "a dot in front": ".a.example",
    "two final dots": "a.example..",
    "two hosts": "a.example, b.example",
    "a space": "a.example ",
    "a line break": "a.example\n",
    "a percent-encoded letter": "%61.example",
    "a letter outside ASCII": "bücher.example",
    "a bare IPv6 address": "::1",
    "an open bracket": "[::1",
    "a zone": "[fe80::1%25eth0]",
  };
  for (const [what, header] of Object.entries(malformed)) {
    it(`is not read from ${what}: ${JSON.stringify(header)}`, () => {
      expect(readAuthority([header], undefined)).to.equal(undefined);
    });
  }

  it("is unknown when there is no header, or more than one", () => {
    expect(readAuthority([], undefined)).to.equal(undefined);
    expect(readAuthority([], "a.example")).to.equal(undefined);
    expect(readAuthority(["a.example", "b.example"], undefined)).to.equal(undefined);
    expect(readAuthority(["a.example", "a.example"], undefined)).to.equal(undefined);
  });

  it("has to agree with an absolute target, port and spelling aside (RFC 9112 3.2.2)", () => {
    expect(readAuthority(["a.example"], "a.example")).to.deep.equal(["a.example"]);
    expect(readAuthority(["a.example:8443"], "A.example.:80")).to.deep.equal(["a.example"]);
    expect(readAuthority(["a.example"], "b.example")).to.equal(undefined);
    expect(readAuthority(["a.example"], "a.example.evil.example")).to.equal(undefined);
    expect(readAuthority(["a.example"], "user@a.example")).to.equal(undefined);
    expect(readAuthority(["a.example"], "")).to.equal(undefined);
  });
});
