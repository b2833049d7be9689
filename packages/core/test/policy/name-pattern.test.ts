import { expect } from "chai";
import fc from "fast-check";

import {
  dnsPattern,
  emailPattern,
  spiffePattern,
  uriPattern,
  type NamePattern,
} from "../../src/policy/name-pattern.ts";
import { configErrorOf } from "../config-error-of.ts";

type Compile = (pattern: string, option: string) => NamePattern;

/** For each pattern the names that it means, and those that it does not. */
type Table = Readonly<
  Record<string, { readonly means: readonly string[]; readonly not: readonly string[] }>
>;

function checkTable(compile: Compile, table: Table): void {
  for (const [pattern, { means, not }] of Object.entries(table)) {
    it(`${pattern} means ${means.join(", ")}`, () => {
      const matches = compile(pattern, "option");
      for (const name of means) expect(matches(name), name).to.equal(true);
    });
    it(`${pattern} does not mean ${not.join(", ")}`, () => {
      const matches = compile(pattern, "option");
      for (const name of not) expect(matches(name), name).to.equal(false);
    });
  }
}

function checkRefused(
  compile: Compile,
  table: Readonly<Record<string, readonly [pattern: string, message: string]>>,
): void {
  for (const [what, [pattern, message]] of Object.entries(table)) {
    it(`refuses ${what}: ${JSON.stringify(pattern).slice(0, 60)}`, () => {
      const error = configErrorOf(() => compile(pattern, "rules[3].allow"));
      expect(error.option).to.equal("rules[3].allow");
      expect(error.message).to.contain(message);
    });
  }
}

describe("a pattern of DNS names", () => {
  checkTable(dnsPattern, {
    "a.corp.example": {
      means: ["a.corp.example", "A.Corp.EXAMPLE"],
      not: [
        "corp.example",
        "b.corp.example",
        "a.corp.example.",
        "a.corp.example.evil.example",
        "evil-a.corp.example",
        "aXcorp.example",
        "a.corp.example\0.evil.example",
        "*.corp.example",
        "*",
        "",
      ],
    },
    "*.corp.example": {
      means: ["a.corp.example", "A.CORP.example", "xn--bcher-kva.corp.example", "a_b.corp.example"],
      not: [
        "corp.example",
        ".corp.example",
        "evilcorp.example",
        "a.b.corp.example",
        "a.evilcorp.example",
        "a.corp.example.",
        "a.corp.example.evil.example",
        "*.corp.example",
        "a*.corp.example",
        "-.corp.example",
        "a-.corp.example",
        "bücher.corp.example",
        "a b.corp.example",
        `${"a".repeat(64)}.corp.example`,
        "",
      ],
    },
    "*.Corp.Example": { means: ["a.corp.example"], not: ["corp.example"] },
    "xn--bcher-kva.example": {
      means: ["xn--bcher-kva.example", "XN--BCHER-KVA.example"],
      not: ["bücher.example", "bucher.example"],
    },
    localhost: { means: ["localhost", "LOCALHOST"], not: ["localhost.", "localhost.example"] },
  });

  checkRefused(dnsPattern, {
    "an empty name": ["", "is not a DNS name"],
    "a star alone": ["*", "is not a DNS name"],
    "a star over a top-level domain": ["*.com", "would match a whole top-level domain"],
    "a star within a label": ["a*.corp.example", "is not a DNS name"],
    "a star after the first label": ["a.*.example", "is not a DNS name"],
    "two stars": ["*.*.example", "is not a DNS name"],
    "a double star": ["**.corp.example", "is not a DNS name"],
    "a dot in front": [".corp.example", "is not a DNS name"],
    "a final dot": ["a.corp.example.", "no final dot"],
    "an empty label": ["a..example", "is not a DNS name"],
    "letters outside ASCII": ["bücher.example", "xn-- for others"],
    "a fullwidth letter": ["ａ.example", "is not a DNS name"],
    "a Kelvin sign, which is no k": ["\u212A.example", "is not a DNS name"],
    "a port": ["a.example:443", "is not a DNS name"],
    "a label with a hyphen in front": ["-a.example", "is not a DNS name"],
    "a label with a hyphen at its end": ["a-.example", "is not a DNS name"],
    "a label that is too long": [`${"a".repeat(64)}.example`, "is not a DNS name"],
    "a name that is too long": [`${"a.".repeat(127)}a`, "is not a DNS name"],
    "white space": [" a.example", "is not a DNS name"],
    "a line break": ["a.example\n", "is not a DNS name"],
  });

  it("means exactly one label more than what it names, for any host", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const name = [...labels, "corp.example"].join(".");
        expect(dnsPattern("*.corp.example", "")(name)).to.equal(labels.length === 1);
        expect(dnsPattern(name, "")(name.toUpperCase())).to.equal(true);
      }),
      { seed: 6125, numRuns: 500 },
    );
  });
});

describe("an e-mail address", () => {
  checkTable(emailPattern, {
    "Ops@corp.example": {
      means: ["Ops@corp.example", "Ops@CORP.Example"],
      not: [
        "ops@corp.example",
        "Ops@corp.example.evil.example",
        "Ops@evilcorp.example",
        "XOps@corp.example",
        "Ops@corp.example.",
        "Ops",
        "Ops@",
        "@corp.example",
        "Ops@evil.example@corp.example",
        "corp.example",
        "",
      ],
    },
    '"a@b"@corp.example': { means: ['"a@b"@CORP.example'], not: ['"a@B"@corp.example', "a@b"] },
  });

  checkRefused(emailPattern, {
    "an empty address": ["", "is not an e-mail address"],
    "a host alone": ["corp.example", "is not an e-mail address"],
    "no mailbox": ["@corp.example", "is not an e-mail address"],
    "no host": ["ops@", "is not an e-mail address"],
    "a star": ["*@corp.example", "is not an e-mail address"],
    "a star in the host": ["ops@*.example", "is not an e-mail address"],
    "white space": ["ops @corp.example", "is not an e-mail address"],
    "letters outside ASCII": ["öps@corp.example", "is not an e-mail address"],
  });
});

describe("a pattern of URIs", () => {
  checkTable(uriPattern, {
    "https://corp.example/devices/a": {
      means: ["https://corp.example/devices/a", "HTTPS://CORP.example/devices/a"],
      not: [
        "http://corp.example/devices/a",
        "https://corp.example/devices/A",
        "https://corp.example/devices/a/",
        "https://corp.example/devices//a",
        "https://corp.example/devices/./a",
        "https://corp.example/x/../devices/a",
        "https://corp.example/devices/%61",
        "https://corp.example/devices/a?x",
        "https://corp.example/devices/a#x",
        "https://corp.example:443/devices/a",
        "https://user@corp.example/devices/a",
        "https://corp.example@evil.example/devices/a",
        "https://corp.example.evil.example/devices/a",
        "https://evilcorp.example/devices/a",
        "https:/corp.example/devices/a",
        "corp.example/devices/a",
        "",
      ],
    },
    "https://corp.example/devices/*": {
      means: ["https://corp.example/devices/a", "https://corp.example/devices/*"],
      not: [
        "https://corp.example/devices",
        "https://corp.example/devices/",
        "https://corp.example/devices/a/b",
        "https://corp.example/other/a",
        "https://evil.example/devices/a",
        "https://evil.example?https://corp.example/devices/a",
      ],
    },
    "https://corp.example/*/keys/*": {
      means: ["https://corp.example/a/keys/1"],
      not: ["https://corp.example//keys/1", "https://corp.example/a/b/keys/1"],
    },
    "https://corp.example/devices/**": {
      means: [
        "https://corp.example/devices",
        "https://corp.example/devices/",
        "https://corp.example/devices/a/b",
      ],
      not: ["https://corp.example/device", "https://corp.example/devicesX/a"],
    },
    "urn:device:42": {
      means: ["urn:device:42", "URN:device:42"],
      not: ["urn:device:421", "urn:Device:42", "urn:device", "urn://device:42"],
    },
    "urn:device/*": { means: ["urn:device/42"], not: ["urn:device:42", "urn:device/"] },
  });

  checkRefused(uriPattern, {
    "an empty URI": ["", "is not a URI"],
    "a host without a scheme": ["corp.example/devices", "is not a URI"],
    "a scheme that starts with a digit": ["1a:b", "is not a URI"],
    "a star in the host": ["https://*.corp.example/a", "is not a URI"],
    "a star as the scheme": ["*://corp.example", "is not a URI"],
    "white space": ["https://corp.example/a b", "is not a URI"],
    "letters outside ASCII": ["https://corp.example/ä", "is not a URI"],
    "a star within a segment": ["https://corp.example/a*", "has a star within a segment"],
    "a double star in the middle": ["https://corp.example/**/a", "has a star within a segment"],
    "three stars": ["https://corp.example/***", "has a star within a segment"],
  });
});

describe("a pattern of SPIFFE IDs", () => {
  checkTable(spiffePattern, {
    "spiffe://corp.example": {
      means: ["spiffe://corp.example"],
      not: ["spiffe://corp.example/a", "spiffe://corp.example.evil"],
    },
    "spiffe://corp.example/orders/*": {
      means: ["spiffe://corp.example/orders/api", "spiffe://corp.example/orders/a.b-c_d"],
      not: [
        "spiffe://corp.example/orders",
        "spiffe://corp.example/orders/",
        "spiffe://corp.example/orders/a/b",
        "spiffe://corp.example/Orders/api",
        "spiffe://other.example/orders/api",
      ],
    },
    "spiffe://corp.example/*/api": {
      means: ["spiffe://corp.example/orders/api"],
      not: ["spiffe://corp.example/api", "spiffe://corp.example/a/b/api"],
    },
    "spiffe://corp.example/**": {
      means: ["spiffe://corp.example", "spiffe://corp.example/a", "spiffe://corp.example/a/b"],
      not: ["spiffe://corp.example.evil/a", "https://corp.example/a"],
    },
  });

  checkRefused(spiffePattern, {
    "another scheme": ["https://corp.example/a", "is not a SPIFFE ID"],
    "the scheme in capitals": ["SPIFFE://corp.example/a", "is not a SPIFFE ID"],
    "the trust domain in capitals": ["spiffe://Corp.example/a", "lower-case trust domain"],
    "a star as the trust domain": ["spiffe://*/a", "a star stands for a path segment"],
    "a port": ["spiffe://corp.example:443/a", "no port"],
    "a user": ["spiffe://user@corp.example/a", "is not a SPIFFE ID"],
    "a query": ["spiffe://corp.example/a?b", "is not a SPIFFE ID"],
    "a fragment": ["spiffe://corp.example/a#b", "is not a SPIFFE ID"],
    "percent-encoding": ["spiffe://corp.example/%61", "is not a SPIFFE ID"],
    "a dot segment": ["spiffe://corp.example/a/./b", "is not a SPIFFE ID"],
    "two dots": ["spiffe://corp.example/a/../b", "is not a SPIFFE ID"],
    "an empty segment": ["spiffe://corp.example/a//b", "is not a SPIFFE ID"],
    "a final slash": ["spiffe://corp.example/a/", "is not a SPIFFE ID"],
    "a star within a segment": ["spiffe://corp.example/a*", "a star is a whole segment"],
    "a double star in the middle": ["spiffe://corp.example/**/a", "has a star within a segment"],
    "more than 2048 bytes": [`spiffe://corp.example/${"a".repeat(2048)}`, "is not a SPIFFE ID"],
  });
});
