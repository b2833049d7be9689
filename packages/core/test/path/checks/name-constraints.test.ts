import { expect } from "chai";
import fc from "fast-check";

import { der, distinguishedName } from "@mtls-shield/testkit";

import { Budget } from "../../../src/base/budget.ts";
import { defaultLimits } from "../../../src/base/limits.ts";
import {
  checkNameConstraints,
  type NameConstraintFault,
} from "../../../src/path/checks/name-constraints.ts";
import { readDnsName } from "../../../src/path/checks/name-constraints/dns-subtree.ts";
import { readEmailName } from "../../../src/path/checks/name-constraints/email-subtree.ts";
import { readUriHost } from "../../../src/path/checks/name-constraints/uri-host.ts";
import type { CandidatePath } from "../../../src/path/verified-path.ts";
import { commonNameOf, nameOf } from "../../certificates.ts";
import { bestCpuMs } from "../../cpu-time.ts";
import {
  directory,
  dns,
  email,
  ip,
  otherName,
  registeredId,
  uri,
  type WrittenConstraints,
} from "../../general-names.ts";
import { unsignedPath, type UnsignedCertificate } from "../unsigned-path.ts";

const noSubject = der.sequence();
const emailAddress = "1.2.840.113549.1.9.1";

function check(path: CandidatePath, nameComparisons = defaultLimits.nameComparisons) {
  return checkNameConstraints(path, new Budget({ ...defaultLimits, nameComparisons }));
}

/** What becomes of names below an anchor of these constraints; the leaf has no subject unless it is given. */
function verdict(
  constraints: WrittenConstraints,
  names: readonly Uint8Array[],
  subject: Uint8Array = noSubject,
): NameConstraintFault["code"] | undefined {
  return check(unsignedPath({ constraints }, { subject, ...(names.length > 0 && { names }) }))
    ?.code;
}

const violated = "name-constraints-violated";
const malformed = "name-constraints-malformed";
const unsupported = "name-constraints-unsupported";

type Encode = (value: string) => Uint8Array;

/** A table of one base and names: both sides of a constraint are asked, and have to disagree. */
function describeBase(
  encode: Encode,
  base: string,
  names: { readonly inside: readonly string[]; readonly outside: readonly string[] },
): void {
  for (const name of names.inside) {
    it(`has ${JSON.stringify(name)} in ${JSON.stringify(base)}`, () => {
      expect(verdict({ permitted: [encode(base)] }, [encode(name)])).to.equal(undefined);
      expect(verdict({ excluded: [encode(base)] }, [encode(name)])).to.equal(violated);
    });
  }
  for (const name of names.outside) {
    it(`does not have ${JSON.stringify(name)} in ${JSON.stringify(base)}`, () => {
      expect(verdict({ permitted: [encode(base)] }, [encode(name)])).to.equal(violated);
      expect(verdict({ excluded: [encode(base)] }, [encode(name)])).to.equal(undefined);
    });
  }
}

/** Bases without a meaning refuse although no name of their form appears. */
function describeMalformedBases(encode: Encode, bases: readonly string[]): void {
  for (const base of bases) {
    it(`refuses the constraint ${JSON.stringify(base)}, whatever the names`, () => {
      expect(verdict({ permitted: [encode(base)] }, [])).to.equal(malformed);
      expect(verdict({ excluded: [encode(base)] }, [])).to.equal(malformed);
    });
  }
}

/** Names that cannot be located are refused by any constraint of their form, and by no other. */
function describeUnlocatable(encode: Encode, names: readonly string[]): void {
  for (const name of names) {
    it(`cannot locate ${JSON.stringify(name)}`, () => {
      expect(verdict({ permitted: [encode("")] }, [encode(name)])).to.equal(violated);
      expect(verdict({ excluded: [encode("other.test")] }, [encode(name)])).to.equal(violated);
      expect(verdict({ excluded: [ip("0a00000000000000")] }, [encode(name)])).to.equal(undefined);
    });
  }
}

describe("checkNameConstraints, paths", () => {
  const only = (host: string): WrittenConstraints => ({ permitted: [dns(host)] });
  const named = (...hosts: readonly string[]): UnsignedCertificate => ({ names: hosts.map(dns) });

  it("passes a path without constraints", () => {
    expect(check(unsignedPath({}, named("a.test")), 0)).to.equal(undefined);
  });

  it("applies the constraints of the anchor and of every authority", () => {
    expect(check(unsignedPath({ constraints: only("a.test") }, named("b.test")))?.code).to.equal(
      violated,
    );
    expect(
      check(unsignedPath({}, { constraints: only("a.test") }, named("b.test")))?.code,
    ).to.equal(violated);
    expect(check(unsignedPath({}, { constraints: only("a.test") }, named("a.test")))).to.equal(
      undefined,
    );
  });

  it("applies them to certificates below alone: not to the authority's own names", () => {
    const authority = { constraints: only("a.test"), ...named("authority.test") };
    expect(check(unsignedPath({}, authority, named("a.test")))).to.equal(undefined);
  });

  it("applies those of the anchor to the intermediates, too", () => {
    const path = unsignedPath({ constraints: only("a.test") }, named("b.test"), named("a.test"));
    expect(check(path)).to.deep.equal({
      code: violated,
      certificateIndex: 1,
      details: { name: "b.test", authority: "CN=Certificate 0" },
    });
  });

  it("takes no notice of the leaf's own, sound or malformed", () => {
    expect(check(unsignedPath({}, { constraints: only("a.test"), ...named("b.test") }))).to.equal(
      undefined,
    );
    const above = { constraints: only("b.test") };
    expect(check(unsignedPath(above, { constraints: only("*"), ...named("b.test") }))).to.equal(
      undefined,
    );
  });

  it("exempts self-issued intermediates, but not a self-issued leaf", () => {
    const anchor = { subject: "CA", constraints: only("a.test") };
    const selfIssued = { subject: "ca", ...named("b.test") };
    expect(check(unsignedPath(anchor, selfIssued, named("a.test")))).to.equal(undefined);
    expect(check(unsignedPath(anchor, selfIssued))?.code).to.equal(violated);
  });

  it("applies the constraints of a self-issued intermediate", () => {
    const path = unsignedPath(
      { subject: "CA" },
      { subject: "CA", constraints: only("a.test") },
      named("b.test"),
    );
    expect(check(path)?.code).to.equal(violated);
  });

  it("lets an authority narrow what one above it permits, and never widen it", () => {
    const narrowing = [{ constraints: only("test") }, { constraints: only("a.test") }] as const;
    const widening = [{ constraints: only("a.test") }, { constraints: only("test") }] as const;
    for (const above of [narrowing, widening]) {
      expect(check(unsignedPath(...above, named("x.a.test")))).to.equal(undefined);
      expect(check(unsignedPath(...above, named("b.test")))?.code).to.equal(violated);
    }
  });

  it("permits nothing where two authorities permit different things", () => {
    const above = [{ constraints: only("a.test") }, { constraints: only("b.test") }] as const;
    for (const name of ["a.test", "b.test"]) {
      expect(check(unsignedPath(...above, named(name)))?.code).to.equal(violated);
    }
    expect(check(unsignedPath(...above, {}))).to.equal(undefined);
  });

  it("keeps excluded what an authority further down permits", () => {
    const above = [
      { constraints: { excluded: [dns("b.a.test")] } },
      { constraints: only("a.test") },
    ] as const;
    expect(check(unsignedPath(...above, named("c.a.test")))).to.equal(undefined);
    expect(check(unsignedPath(...above, named("b.a.test")))?.code).to.equal(violated);
  });

  it("refuses one bad name among good ones", () => {
    const path = unsignedPath({ constraints: only("a.test") }, named("a.test", "b.test", "a.test"));
    expect(check(path)?.details["name"]).to.equal("b.test");
  });

  it("says whose constraints are malformed", () => {
    const path = unsignedPath({}, { subject: "CA", constraints: only("a..test") }, {}, {});
    expect(check(path)).to.deep.equal({
      code: malformed,
      certificateIndex: 2,
      details: { constraint: "a..test", authority: "CN=CA" },
    });
  });

  it("remembers nothing wrong within one verification", () => {
    const budget = new Budget(defaultLimits);
    const good = unsignedPath({ constraints: only("a.test") }, named("a.test"));
    const bad = unsignedPath({ constraints: only("a.test") }, named("b.test"));
    for (let time = 0; time < 2; time++) {
      expect(checkNameConstraints(good, budget)).to.equal(undefined);
      expect(checkNameConstraints(bad, budget)?.code).to.equal(violated);
      expect(checkNameConstraints([bad[0], good[1]], budget)?.code).to.equal(violated);
    }
  });

  it("gives the same answer when it is asked again, and when the certificates stand in another path", () => {
    const path = unsignedPath({ constraints: only("a.test") }, named("b.test"));
    const again = unsignedPath({ constraints: only("*") }, {});
    for (let time = 0; time < 3; time++) {
      expect(check(path)?.code).to.equal(violated);
      expect(check([path[0], again[1]])?.code).to.equal(malformed);
    }
  });
});

describe("checkNameConstraints, one extension", () => {
  it("lets excluded win over permitted", () => {
    const both = { permitted: [dns("a.test")], excluded: [dns("a.test")] };
    expect(verdict(both, [dns("a.test")])).to.equal(violated);
    const inner = { permitted: [dns("a.test")], excluded: [dns("b.a.test")] };
    expect(verdict(inner, [dns("c.a.test")])).to.equal(undefined);
    expect(verdict(inner, [dns("b.a.test")])).to.equal(violated);
  });

  it("wants a name in one of the permitted subtrees, not in all", () => {
    const either = { permitted: [dns("a.test"), dns("b.test")] };
    for (const name of ["a.test", "b.test"])
      expect(verdict(either, [dns(name)])).to.equal(undefined);
    expect(verdict(either, [dns("c.test")])).to.equal(violated);
  });

  it("leaves names of other forms alone", () => {
    const names = [
      dns("a.test"),
      email("a@a.test"),
      uri("https://a.test/"),
      ip("0a000001"),
      directory(distinguishedName({ commonName: "a" })),
      otherName("1.2.3"),
    ];
    const bases = [
      dns("b.test"),
      email("b.test"),
      uri("b.test"),
      ip("0b000000ffffffff"),
      directory(distinguishedName({ commonName: "b" })),
    ];
    for (const [index, base] of bases.entries()) {
      for (const [other, name] of names.entries()) {
        const expected = index === other ? violated : undefined;
        expect(verdict({ permitted: [base] }, [name])).to.equal(expected);
      }
    }
  });

  it("refuses nothing for a form that the certificate does not name", () => {
    expect(verdict({ permitted: [dns("a.test"), email("a.test"), uri("a.test")] }, [])).to.equal(
      undefined,
    );
  });

  it("never takes a common name for a DNS name", () => {
    const subject = distinguishedName({ commonName: "evil.test" });
    expect(verdict({ permitted: [dns("a.test")] }, [], subject)).to.equal(undefined);
    expect(verdict({ excluded: [dns("evil.test")] }, [], subject)).to.equal(undefined);
  });
});

describe("checkNameConstraints, DNS names", () => {
  describeBase(dns, "example.com", {
    inside: ["example.com", "EXAMPLE.Com", "a.example.com", "b.a.example.com", "_a.example.com"],
    outside: [
      "notexample.com",
      "example.com.evil.test",
      "com",
      "example.co",
      "xample.com",
      "example-com",
      "*.com.test",
    ],
  });
  describeBase(dns, "EXAMPLE.com", { inside: ["a.example.COM"], outside: ["example.org"] });
  describeBase(dns, "com", { inside: ["com", "example.com", "*.com"], outside: ["example.org"] });
  describeBase(dns, "", { inside: ["a", "example.com", "*.example.com"], outside: [] });
  describeBase(dns, ".example.com", {
    inside: ["a.example.com", "b.a.example.com", "*.example.com", "*.a.example.com"],
    outside: ["example.com", "aexample.com", "*.com", "example.com.test"],
  });

  describeMalformedBases(dns, [
    "*.example.com",
    "*",
    "a.*.com",
    "example.com.",
    ".",
    "..example.com",
    "a..example.com",
    "-a.example.com",
    "a/b",
    "exa:mple.com",
    `${"a".repeat(64)}.com`,
    "a.".repeat(127),
  ]);

  describeUnlocatable(dns, [
    ".example.com",
    "a..example.com",
    "example.com.",
    "*",
    "*.",
    "**.example.com",
    "*.*.example.com",
    "foo.*.com",
    "ba*.example.com",
    "*a.example.com",
    "xn--*-1b3c148a.example.com",
    "a@example.com",
    "example.com:443",
    "a/example.com",
    `${"a".repeat(64)}.example.com`,
    `${"a.".repeat(126)}aa`,
  ]);

  it("permits a wildcard only when all that it stands for is permitted", () => {
    const wildcard = [dns("*.example.com")];
    expect(verdict({ permitted: [dns("example.com")] }, wildcard)).to.equal(undefined);
    expect(verdict({ permitted: [dns("foo.example.com")] }, wildcard)).to.equal(violated);
  });

  it("excludes a wildcard when one of the names that it stands for is excluded (CVE-2025-61727)", () => {
    const wildcard = [dns("*.Example.com")];
    expect(verdict({ excluded: [dns("bar.example.com")] }, wildcard)).to.equal(violated);
    expect(verdict({ excluded: [dns("BAR.example.COM")] }, wildcard)).to.equal(violated);
    // One label alone: these it does not stand for.
    expect(verdict({ excluded: [dns("a.bar.example.com")] }, wildcard)).to.equal(undefined);
    expect(verdict({ excluded: [dns(".bar.example.com")] }, wildcard)).to.equal(undefined);
    expect(verdict({ excluded: [dns("bar.example.org")] }, wildcard)).to.equal(undefined);
    expect(verdict({ excluded: [dns("bar.com")] }, wildcard)).to.equal(undefined);
  });

  it("agrees with a model that lists what a wildcard stands for", () => {
    const labels = ["a", "b", "c"];
    const host = fc.array(fc.constantFrom(...labels), { minLength: 1, maxLength: 4 });
    const base = fc.record({ below: fc.boolean(), labels: host });
    const name = fc.record({ wildcard: fc.boolean(), labels: host });
    const lies = (written: readonly string[], subtree: { below: boolean; labels: string[] }) =>
      written.length >= subtree.labels.length + Number(subtree.below) &&
      subtree.labels.every((label, at) => written.at(at - subtree.labels.length) === label);
    fc.assert(
      fc.property(base, name, (subtree, given) => {
        const written = [...(given.wildcard ? ["*"] : []), ...given.labels].join(".");
        const meant = given.wildcard
          ? [...labels, "other"].map((label) => [label, ...given.labels])
          : [given.labels];
        const encoded = [dns((subtree.below ? "." : "") + subtree.labels.join("."))];
        expect(verdict({ permitted: encoded }, [dns(written)])).to.equal(
          meant.every((one) => lies(one, subtree)) ? undefined : violated,
        );
        expect(verdict({ excluded: encoded }, [dns(written)])).to.equal(
          meant.some((one) => lies(one, subtree)) ? violated : undefined,
        );
      }),
      { seed: 61727, numRuns: 500 },
    );
  });
});

describe("checkNameConstraints, e-mail addresses", () => {
  describeBase(email, "user@example.com", {
    inside: ["user@example.com", "user@EXAMPLE.com"],
    outside: [
      "User@example.com",
      "user@a.example.com",
      "other@example.com",
      "xuser@example.com",
      "user@example.com.test",
    ],
  });
  describeBase(email, "*@example.com", {
    inside: ["*@example.com"],
    outside: ["user@example.com", "*@a.example.com", "**@example.com"],
  });
  describeBase(email, "example.com", {
    inside: ["user@example.com", "USER@Example.COM", "a.b+c=d@example.com"],
    outside: ["user@a.example.com", "user@notexample.com", "user@com"],
  });
  describeBase(email, ".example.com", {
    inside: ["user@a.example.com", "user@B.A.example.com"],
    outside: ["user@example.com", "user@aexample.com", "user@example.com.test"],
  });
  describeBase(email, "", { inside: ["user@example.com", "a@b"], outside: [] });

  describeMalformedBases(email, [
    "invalid@invalid@example.com",
    "@example.com",
    "user@",
    "@",
    "user@.example.com",
    "user@*.example.com",
    "*.example.com",
    "example.com.",
    ".",
    '"user"@example.com',
    "user@[127.0.0.1]",
  ]);

  describeUnlocatable(email, [
    "user@host@example.com",
    "@example.com",
    "user@",
    "example.com",
    "user@example.com.",
    "user@.example.com",
    "user@a..example.com",
    "user@*.example.com",
    "user@[127.0.0.1]",
    // Other spellings of user@example.com (RFC 5322 3.2.4, 3.2.2, 3.4).
    '"user"@example.com',
    '"us\\er"@example.com',
    '"evil@other.test"@example.com',
    "(comment)user@example.com",
    "<user@example.com>",
    "user@example.com(comment)",
    "a@other.test,user@example.com",
  ]);

  const withAddress = (value: Uint8Array) => nameOf([[emailAddress, value]]);
  const hosts = { permitted: [email("example.com")] };

  it("applies to the addresses of the subject", () => {
    const good = withAddress(der.ia5String("user@example.com"));
    expect(verdict(hosts, [], good)).to.equal(undefined);
    expect(verdict({ excluded: [email("user@example.com")] }, [], good)).to.equal(violated);
    expect(verdict({ excluded: [email("other.test")] }, [], good)).to.equal(undefined);
    expect(verdict(hosts, [], withAddress(der.ia5String("user@evil.test")))).to.equal(violated);
  });

  it("applies to them beside a permitted alternative name, too", () => {
    const subject = withAddress(der.ia5String("user@evil.test"));
    expect(verdict(hosts, [email("user@example.com")], subject)).to.equal(violated);
  });

  it("applies to every one of them", () => {
    const subject = nameOf(
      [[emailAddress, der.ia5String("user@example.com")]],
      [[emailAddress, der.ia5String("user@evil.test")]],
    );
    expect(verdict(hosts, [], subject)).to.equal(violated);
  });

  for (const [defect, value] of Object.entries({
    "that is no string": der.integer(1),
    "that is empty": der.utf8String(""),
    "with a letter that folds into ASCII": der.utf8String("user@e\u212axample.com"),
    "with a NUL": der.utf8String("user@example.com\0"),
    "with a line break": der.utf8String("user@example.com\n"),
    "with a full-width full stop": der.utf8String("user@example\uff0ecom"),
  })) {
    it(`cannot locate an address of the subject ${defect}`, () => {
      expect(verdict({ permitted: [email("")] }, [], withAddress(value))).to.equal(violated);
    });
  }

  it("prints the subject, escaped, for an address of it", () => {
    const subject = withAddress(der.utf8String("user@evil.test\n"));
    const fault = check(unsignedPath({ constraints: hosts }, { subject }));
    expect(fault?.details["name"]).to.equal("emailAddress=user@evil.test\\0a");
  });

  it("agrees with a model that compares piece by piece", () => {
    const local = fc.constantFrom("u", "U", "*", "u.v");
    const host = fc
      .array(fc.constantFrom("a", "b", "A"), { minLength: 1, maxLength: 3 })
      .map((labels) => labels.join("."));
    const base = fc.oneof(
      fc.record({ kind: fc.constant("mailbox"), local, host }),
      fc.record({ kind: fc.constantFrom("host", "below"), local: fc.constant(""), host }),
    );
    const write = {
      mailbox: (user: string, at: string) => `${user}@${at}`,
      host: (_: string, at: string) => at,
      below: (_: string, at: string) => `.${at}`,
    };
    fc.assert(
      fc.property(base, local, host, (subtree, user, at) => {
        const kind = subtree.kind;
        const given = at.toUpperCase().split(".");
        const wanted = subtree.host.toUpperCase().split(".");
        const isSame = given.join() === wanted.join();
        const isBelow =
          given.length > wanted.length && given.slice(-wanted.length).join() === wanted.join();
        const lies = { mailbox: isSame && user === subtree.local, host: isSame, below: isBelow };
        const encoded = [email(write[kind](subtree.local, subtree.host))];
        const names = [email(`${user}@${at}`)];
        expect(verdict({ permitted: encoded }, names)).to.equal(lies[kind] ? undefined : violated);
        expect(verdict({ excluded: encoded }, names)).to.equal(lies[kind] ? violated : undefined);
      }),
      { seed: 822, numRuns: 500 },
    );
  });
});

describe("checkNameConstraints, URIs", () => {
  const uriBase = (base: string, inside: readonly string[], outside: readonly string[]) => {
    describeBase(uri, base, { inside, outside });
  };
  uriBase(
    "good.example",
    [
      "http://good.example",
      "HTTPS://GOOD.Example/",
      "https://good.example:8443/a",
      "https://good.example:/",
      "https://user:secret@good.example/",
      "https://evil.example:80@good.example/",
      "https://good.example?@evil.example",
      "https://good.example#@evil.example",
      "https://good.example/@evil.example",
      "ldap://good.example/cn=a%2c?b",
      "spiffe://good.example/path",
      "a+b-c.1://good.example",
    ],
    [
      "http://a.good.example/",
      "http://evil.example/",
      "http://good.example@evil.example/",
      "http://good.example:80@evil.example/",
      "http://good.example.evil.example/",
      "http://evil.example/good.example",
      "http://evil.example#good.example",
      "http://evil.example?good.example",
    ],
  );
  uriBase(
    ".good.example",
    ["http://a.good.example", "spiffe://b.a.good.example/path"],
    ["http://good.example/", "http://agood.example/", "http://evil.example/.good.example"],
  );
  uriBase("trust.domain", ["spiffe://trust.domain/ns/a"], ["spiffe://trust.domain.evil/ns/a"]);
  uriBase("", ["http://good.example/", "spiffe://a/b"], []);

  describeMalformedBases(uri, [
    "*.good.example",
    "http://good.example",
    "good.example/",
    "good.example:80",
    "user@good.example",
    "good.example.",
    ".",
    "..good.example",
    "[::1]",
    "good%2eexample",
  ]);

  describeUnlocatable(uri, [
    // Without an authority, or with an empty one.
    "mailto:user@good.example",
    "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "good.example",
    "//good.example/",
    "http:good.example",
    "http:/good.example",
    "http:///good.example/",
    "http://",
    "http://:80/",
    "http://user@/",
    "http://?good.example",
    "://good.example/",
    "1http://good.example/",
    // IP addresses, as they are written and as they are taken.
    "http://192.0.2.1/",
    "http://user@192.0.2.1:80/",
    "http://[2001:db8::1]/",
    "http://[2001:db8::1]:80/",
    "http://[good.example]/",
    "http://1/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://good.example.1/",
    "http://0x/",
    // Readers would not find the same host.
    "http://evil.example\\@good.example",
    "http://good.example\\.evil.example/",
    "http:\\\\good.example",
    "http://good%2eexample/",
    "http://good.example%2f.evil.example/",
    "http://evil.example%2f@good.example/",
    "http://a@b@good.example/",
    "http://good.example:80:90/",
    "http://good.example:evil/",
    "http://good.example:80@evil.example:80@good.example",
    "http://good.example./",
    "http://.good.example/",
    "http://good..example/",
    "http://*.good.example/",
    "http://<good.example>/",
    `http://${"a".repeat(64)}.example/`,
  ]);

  it("reads a very long name in a time that grows with its length alone", () => {
    const size = 1 << 20;
    for (const unit of ["a", ":", "@", ".", "/", "1", "a:1", "a@", "a.", "*.", "%"]) {
      for (const start of ["", "a:", "a://", "a://b@", "a://b:"]) {
        const attack = start + unit.repeat(size / unit.length);
        const ms = bestCpuMs(() => {
          readUriHost(attack);
          readEmailName(attack);
          readDnsName(attack);
        });
        // Some milliseconds; in quadratic time it would be minutes.
        expect(ms, start + unit).to.be.below(100);
      }
    }
  });
});

describe("checkNameConstraints, IP addresses", () => {
  const ipBase = (base: string, inside: readonly string[], outside: readonly string[]) => {
    describeBase(ip, base, { inside, outside });
  };
  const documentation = "20010db8000000000000000000000000";
  const half = "ffffffff000000000000000000000000";
  ipBase("c0000200ffffff00", ["c0000201", "c00002ff"], ["c0000301", "41000201"]);
  ipBase("c0000207ffffff00", ["c0000201"], ["c0000301"]);
  ipBase("7f000001ffffffff", ["7f000001"], ["7f000002", "ff000001"]);
  ipBase("8000000080000000", ["80000000", "ffffffff"], ["7fffffff"]);
  ipBase("0000000000000000", ["00000000", "ffffffff"], ["00".repeat(16)]);
  ipBase(
    documentation + half,
    ["20010db8000000000000000000000001"],
    ["20010db9000000000000000000000001", "20010db8"],
  );
  ipBase("00".repeat(32), ["ff".repeat(16)], ["00000000"]);
  ipBase(
    `${"00".repeat(15)}01${"ff".repeat(16)}`,
    [`${"00".repeat(15)}01`],
    [`${"00".repeat(15)}02`, `01${"00".repeat(14)}01`],
  );
  // An IPv6 address that maps one of IPv4 is an IPv6 address.
  ipBase("7f000000ff000000", [], [`${"00".repeat(10)}ffff7f000001`]);
  ipBase(`${"00".repeat(10)}ffff7f000001${"ff".repeat(16)}`, [], ["7f000001"]);

  describeMalformedBases(ip, [
    "c0000200ffff00ff",
    "c000020000ffffff",
    "c00002007fffffff",
    "c0000200ffffff02",
    documentation + `ffff0001${"00".repeat(12)}`,
    documentation + `${"00".repeat(15)}01`,
  ]);

  it("prints ranges and addresses", () => {
    const gaps = check(unsignedPath({ constraints: { permitted: [ip("c0000200ffff00ff")] } }, {}));
    expect(gaps?.details["constraint"]).to.equal("192.0.2.0/255.255.0.255");
    const constraints = { permitted: [ip("c0000200ffffffff")] };
    const fault = check(unsignedPath({ constraints }, { names: [ip(documentation)] }));
    expect(fault?.details["name"]).to.equal("2001:db8::");
  });
});

describe("checkNameConstraints, directory names", () => {
  const corp = { organization: "Corp" };
  const client = { organization: "Corp", commonName: "client" };
  const base = (attributes: Parameters<typeof distinguishedName>[0]) => [
    directory(distinguishedName(attributes)),
  ];

  it("takes a base for the start of a name, in the subject and in alternative names", () => {
    for (const [name, isInside] of [
      [client, true],
      [corp, true],
      [{ organization: "CORP", commonName: "client" }, true],
      [{ organization: "  corp " }, true],
      [{ organization: "Corps" }, false],
      [{ organizationalUnit: "Corp" }, false],
      [{ commonName: "client", organization: "Corp" }, false],
    ] as const) {
      const permitted = isInside ? undefined : violated;
      const excluded = isInside ? violated : undefined;
      const subject = distinguishedName(name);
      expect(verdict({ permitted: base(corp) }, [], subject)).to.equal(permitted);
      expect(verdict({ excluded: base(corp) }, [], subject)).to.equal(excluded);
      expect(verdict({ permitted: base(corp) }, [directory(subject)])).to.equal(permitted);
      expect(verdict({ excluded: base(corp) }, [directory(subject)])).to.equal(excluded);
    }
  });

  it("does not take a longer base for the start of a shorter name", () => {
    expect(verdict({ permitted: base(client) }, [], distinguishedName(corp))).to.equal(violated);
  });

  it("takes an empty base for the start of every name", () => {
    expect(verdict({ permitted: base({}) }, [], distinguishedName(client))).to.equal(undefined);
    expect(verdict({ excluded: base({}) }, [], distinguishedName(client))).to.equal(violated);
  });

  it("passes over an empty subject, but not over an empty alternative name", () => {
    expect(verdict({ permitted: base(corp) }, [dns("a.test")])).to.equal(undefined);
    expect(verdict({ excluded: base({}) }, [dns("a.test")])).to.equal(undefined);
    expect(verdict({ permitted: base(corp) }, [directory(noSubject)])).to.equal(violated);
    expect(verdict({ excluded: base({}) }, [directory(noSubject)])).to.equal(violated);
  });

  it("does not let an alternative name speak for the subject, nor the other way round", () => {
    const evil = distinguishedName({ organization: "Evil" });
    const good = distinguishedName(client);
    expect(verdict({ permitted: base(corp) }, [directory(good)], evil)).to.equal(violated);
    expect(verdict({ permitted: base(corp) }, [directory(evil)], good)).to.equal(violated);
    expect(verdict({ permitted: base(corp) }, [directory(good)], good)).to.equal(undefined);
  });

  it("wants all attributes of a relative name", () => {
    const both = nameOf([
      ["2.5.4.10", der.utf8String("Corp")],
      ["2.5.4.3", der.utf8String("client")],
    ]);
    expect(verdict({ permitted: base(corp) }, [], both)).to.equal(violated);
    expect(verdict({ permitted: [directory(both)] }, [], both)).to.equal(undefined);
  });

  it("prints the name", () => {
    const subject = commonNameOf(der.utf8String("a,b\n"));
    const fault = check(unsignedPath({ constraints: { permitted: base(corp) } }, { subject }));
    expect(fault?.details["name"]).to.equal("CN=a\\,b\\0a");
  });

  it("agrees with a model that compares lists", () => {
    const attribute = fc.tuple(
      fc.constantFrom("2.5.4.10", "2.5.4.11"),
      fc.constantFrom("a", "A", "b", '"],["', ","),
    );
    const name = fc.array(attribute, { maxLength: 3 });
    const encode = (attributes: readonly (readonly [string, string])[]) =>
      nameOf(...attributes.map(([type, value]) => [[type, der.utf8String(value)] as const]));
    fc.assert(
      fc.property(name, name, (start, whole) => {
        const isInside =
          start.length <= whole.length &&
          start.every(
            ([type, value], at) =>
              type === whole[at]![0] && value.toLowerCase() === whole[at]![1].toLowerCase(),
          );
        const names = [directory(encode(whole))];
        const bases = [directory(encode(start))];
        expect(verdict({ permitted: bases }, names)).to.equal(isInside ? undefined : violated);
        expect(verdict({ excluded: bases }, names)).to.equal(isInside ? violated : undefined);
      }),
      { seed: 501, numRuns: 500 },
    );
  });
});

describe("checkNameConstraints, what it does not process", () => {
  const typeId = "1.3.6.1.4.1.32473.10.13";

  it("refuses a name of a form that is constrained and that nobody can compare", () => {
    for (const [form, name] of [
      [otherName(typeId), otherName(typeId, der.utf8String("a"))],
      [registeredId("1.2.3"), registeredId("1.2.4")],
      [der.constructed(3), der.constructed(3)],
      [der.constructed(5), der.constructed(5)],
    ] as const) {
      expect(verdict({ excluded: [form] }, [name])).to.equal(unsupported);
      expect(verdict({ permitted: [form] }, [name])).to.equal(unsupported);
    }
  });

  it("passes names of other forms, an otherName of another type included", () => {
    const names = [otherName("1.2.3"), dns("a.test")];
    expect(verdict({ excluded: [otherName(typeId)] }, names)).to.equal(undefined);
    expect(verdict({ excluded: [registeredId("1.2.3")] }, names)).to.equal(undefined);
  });

  it("prints the type of an otherName in dotted form: its octets are the certificate's own choice", () => {
    const constraints = { excluded: [otherName(typeId)] };
    const fault = check(unsignedPath({ constraints }, { names: [otherName(typeId)] }));
    expect(fault?.details["name"]).to.equal(`otherName ${typeId}`);
    const registered = { excluded: [registeredId("1.2.3")] };
    const other = check(
      unsignedPath({ constraints: registered }, { names: [registeredId("1.2")] }),
    );
    expect(other?.details["name"]).to.equal("registeredID");
  });

  for (const [field, distance] of [
    ["minimum", der.primitive(0, der.integerContent(1))],
    ["maximum", der.primitive(1, der.integerContent(5))],
  ] as const) {
    it(`refuses a name of a form that is constrained with a ${field}, and nothing else`, () => {
      for (const [base, name] of [
        [dns("a.test"), dns("a.test")],
        [email("a.test"), email("b@a.test")],
        [uri("a.test"), uri("http://a.test")],
        [ip("0000000000000000"), ip("0a000001")],
        [directory(noSubject), directory(noSubject)],
      ] as const) {
        expect(verdict({ excluded: [base], distance }, [name])).to.equal(unsupported);
        expect(verdict({ permitted: [base], distance }, [otherName("1.2.3")])).to.equal(undefined);
      }
      expect(verdict({ permitted: [dns("*")], distance }, [])).to.equal(malformed);
    });
  }
});

describe("checkNameConstraints, budget", () => {
  const many = <Item>(make: (at: number) => Item) =>
    Array.from({ length: 500 }, (_, at) => make(at));
  const hosts = (count: number) => Array.from({ length: count }, (_, at) => dns(`a${at}.test`));
  const limit = "name-comparison-limit";

  /** Passes with a budget of exactly so many comparisons. */
  function expectCost(path: CandidatePath, cost: number): void {
    expect(check(path, cost)).to.equal(undefined);
    expect(check(path, cost - 1)?.code).to.equal(limit);
  }

  it("costs a comparison for each name and each subtree of its form", () => {
    const constraints = { permitted: [dns("test"), email("test")], excluded: [dns("a.a.test")] };
    expectCost(unsignedPath({ constraints }, { names: hosts(5) }), 10);
  });

  it("adds up over the authorities and over the certificates", () => {
    const constraints = { permitted: [dns("test")] };
    const path = unsignedPath(
      { constraints },
      { names: hosts(2), constraints },
      { names: hosts(3) },
    );
    expectCost(path, 2 + 3 + 3);
  });

  it("costs the relative names of the base for a directory name, one at least", () => {
    const subject = distinguishedName({ country: "DE", organization: "a", commonName: "b" });
    const long = distinguishedName({ country: "DE", organization: "a" });
    const cost = (base: Uint8Array) =>
      unsignedPath({ constraints: { permitted: [directory(base)] } }, { subject });
    expectCost(cost(noSubject), 1);
    expectCost(cost(long), 2);
    expectCost(cost(subject), 3);
  });

  it("costs a comparison for each name of a form that the engine does not know, when any is constrained", () => {
    const names = Array.from({ length: 4 }, () => registeredId("1.2.3"));
    expectCost(unsignedPath({ constraints: { excluded: [otherName("1.2.3")] } }, { names }), 4);
  });

  it("costs nothing for forms that are not constrained", () => {
    expect(
      check(unsignedPath({ constraints: { excluded: [email("a.test")] } }, { names: hosts(9) }), 0),
    ).to.equal(undefined);
  });

  it("does not take names apart anew for every path of a verification", () => {
    const deep = (at: number) => dns(`${"a.".repeat(125)}${at % 10}`);
    const path = unsignedPath({ constraints: { permitted: [dns("")] } }, { names: many(deep) });
    const ms = bestCpuMs(() => {
      const budget = new Budget(defaultLimits);
      for (let time = 0; time < 64; time++) {
        expect(checkNameConstraints(path, budget)).to.equal(undefined);
      }
    });
    // About 20; a second without memory.
    expect(ms).to.be.below(250);
  });

  it("says whose names they were, and whose constraints", () => {
    const path = unsignedPath({ constraints: { permitted: hosts(9) } }, { names: hosts(9) });
    expect(check(path, 80)).to.deep.equal({
      code: limit,
      certificateIndex: 0,
      details: { name: "a8.test", authority: "CN=Certificate 0" },
    });
  });

  // The names are long, and differ at their very ends: where a comparison of text would be slowest.
  const label = `${"a.".repeat(100)}b`;
  const ipRange = `${"00".repeat(15)}01${"ff".repeat(16)}`;
  const name = (at: number) => commonNameOf(der.utf8String(`${"a".repeat(30)}${at}`));
  for (const [form, base, names] of [
    ["DNS names", (at: number) => dns(`${label}${at}c`), (at: number) => dns(`${label}${at}d`)],
    ["wildcards", (at: number) => dns(`x.${label}${at}c`), (at: number) => dns(`*.${label}${at}d`)],
    [
      "mailboxes",
      (at: number) => email(`.${label}${at}c`),
      (at: number) => email(`u@${label}${at}d`),
    ],
    ["URIs", (at: number) => uri(`.${label}${at}c`), (at: number) => uri(`a://${label}${at}d`)],
    ["addresses", () => ip(ipRange), () => ip("00".repeat(16))],
    [
      "directory names",
      (at: number) => directory(name(at)),
      (at: number) => directory(name(at + 500)),
    ],
  ] as const) {
    it(`makes 250,000 comparisons of ${form} in some milliseconds, and no more`, () => {
      const ms = bestCpuMs(() => {
        // Made anew, so that nothing is remembered.
        const path = unsignedPath(
          { constraints: { excluded: many(base) } },
          { names: many(names) },
        );
        expect(check(path)?.code).to.equal(form === "directory names" ? limit : undefined);
      });
      // About 5 by themselves; the rest is for the certificates, for machines that do other things, and for coverage.
      expect(ms).to.be.below(120);
    });
  }
});

describe("checkNameConstraints, hostile certificates", () => {
  it("never throws, whatever the names and constraints say", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", ".", "*", "@", ":", "/", "\\", "[", "]", "%", "1", "-", '"', "#"),
      minLength: 1,
      maxLength: 12,
    });
    const encode = fc.constantFrom(dns, email, uri);
    const names = fc.array(
      fc.tuple(encode, text).map(([write, value]) => write(value)),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(names, names, names, (permitted, excluded, given) => {
        const code = verdict({ permitted, excluded }, given);
        expect([undefined, malformed, violated]).to.include(code);
      }),
      { seed: 9, numRuns: 500 },
    );
  });

  it("never permits by a base what the same base would not exclude", () => {
    const host = fc.string({
      unit: fc.constantFrom("a", "b", ".", "*", "-", "A"),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(host, host, (base, name) => {
        if (verdict({ permitted: [dns(base)] }, [dns(name)]) === undefined) {
          expect(verdict({ excluded: [dns(base)] }, [dns(name)])).to.equal(violated);
        }
      }),
      { seed: 10, numRuns: 1_000 },
    );
  });
});
