import { expect } from "chai";
import fc from "fast-check";

import { distinguishedName } from "@mtls-shield/testkit";

import { holdsPeerName, type PeerName } from "../../src/path/peer-name.ts";
import { directory, dns, email, ip, otherName, uri } from "../general-names.ts";
import { unsignedPath } from "./unsigned-path.ts";

/** Whether a certificate with this one name is the peer's. */
function holds(type: PeerName["type"], value: string, ...names: readonly Uint8Array[]): boolean {
  const subject = distinguishedName({ commonName: value });
  const [leaf] = unsignedPath({}, { subject, ...(names.length > 0 && { names }) });
  return holdsPeerName(leaf, { type, value });
}

describe("holdsPeerName, DNS names (RFC 9525 6.3)", () => {
  for (const [presented, reference] of [
    ["example.com", "example.com"],
    ["EXAMPLE.com", "example.COM"],
    ["example.com", "example.com."],
    ["localhost", "localhost"],
    ["_a.example.com", "_a.example.com"],
    ["*.example.com", "foo.example.com"],
    ["*.EXAMPLE.com", "FOO.example.com"],
    ["*.example.com", "foo.example.com."],
    ["*.example.com", "xn--bliss-1b3c148a.example.com"],
    ["*.com", "example.com"],
  ] as const) {
    it(`finds ${reference} in ${presented}`, () => {
      expect(holds("dns", reference, dns(presented))).to.equal(true);
      expect(holds("dns", reference, dns("other.test"), dns(presented))).to.equal(true);
    });
  }

  for (const [presented, reference] of [
    ["example.com", "example2.com"],
    ["abc.example.com", "def.example.com"],
    ["example.com", "abc.example.com"],
    ["abc.example.com", "example.com"],
    ["*.example.com", "example.com"],
    ["*.example.com", "foo.bar.example.com"],
    ["*.example.com", "*.example.com"],
    ["*.example.com", "foo.example.com.evil.test"],
    ["*.example.com", ".example.com"],
    ["*.example.com", "example.com."],
    // Partial wildcards, and stars in other places.
    ["ba*.example.com", "baz.example.com"],
    ["*z.example.com", "baz.example.com"],
    ["b*z.example.com", "baz.example.com"],
    ["foo.*.example.com", "foo.bar.example.com"],
    ["*.*.com", "foo.example.com"],
    ["**.example.com", "foo.example.com"],
    ["xn--*-1b3c148a.example.com", "xn--bliss-1b3c148a.example.com"],
    ["*", "localhost"],
    ["*", "example.com"],
    ["*.", "localhost"],
    ["*.", "localhost."],
    ["*.", ""],
    // Dots and labels.
    ["example.com.", "example.com"],
    ["example.com.", "example.com."],
    ["*.example.com.", "foo.example.com."],
    ["example.com", "example.com.."],
    [".example.com", ".example.com"],
    ["a..example.com", "a..example.com"],
    ["*..example.com", "a..example.com"],
    [".", "."],
    [".", ""],
    // References that are none.
    ["example.com", ""],
    ["a*b.example.com", "a*b.example.com"],
    ["example.com:443", "example.com:443"],
    ["user@example.com", "user@example.com"],
    ["https://example.com", "https://example.com"],
    ["example.com", "example.com\0"],
    ["example.com", " example.com"],
    ["example.com", "example.com\n"],
    ["k.example.com", "\u212a.example.com"],
    ["*.example.com", "ü.example.com"],
    // An IP address is no DNS name.
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1", "192.0.2.1."],
    ["*.0.2.1", "192.0.2.1"],
    ["*.2.1", "192.0x2.1"],
    ["0x7f.0x1", "0x7f.0x1"],
    ["::1", "::1"],
    ["[::1]", "[::1]"],
  ] as const) {
    it(`does not find ${JSON.stringify(reference)} in ${presented}`, () => {
      expect(holds("dns", reference, dns(presented))).to.equal(false);
    });
  }

  it("never asks the common name", () => {
    expect(holds("dns", "example.com")).to.equal(false);
    expect(holds("dns", "example.com", dns("other.test"))).to.equal(false);
    expect(holds("dns", "example.com", email("a@example.com"))).to.equal(false);
  });

  it("asks names of its own type alone", () => {
    const others = [uri("example.com"), email("example.com"), otherName("1.2.3")];
    const common = directory(distinguishedName({ commonName: "example.com" }));
    expect(holds("dns", "example.com", ...others, common)).to.equal(false);
  });

  it("agrees with a model that compares label by label", () => {
    const labels = fc.array(fc.constantFrom("a", "b", "B", "xn--a"), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.boolean(), labels, labels, (isWildcard, presented, reference) => {
        const pattern = isWildcard ? ["*", ...presented] : presented;
        const expected =
          pattern.length === reference.length &&
          pattern.every((label, at) => {
            return label === "*" || label.toLowerCase() === reference[at]!.toLowerCase();
          });
        expect(holds("dns", reference.join("."), dns(pattern.join(".")))).to.equal(expected);
      }),
      { seed: 9525, numRuns: 500 },
    );
  });
});

describe("holdsPeerName, IP addresses (RFC 9525 6.5)", () => {
  const one = `${"00".repeat(15)}01`;
  const mapped = `${"00".repeat(10)}ffff7f000001`;
  for (const [octets, reference] of [
    ["7f000001", "127.0.0.1"],
    ["ffffffff", "255.255.255.255"],
    [one, "::1"],
    [one, "0:0:0:0:0:0:0:1"],
    [one, "0000:0000:0000:0000:0000:0000:0.0.0.1"],
    ["00".repeat(16), "::"],
    ["20010db8000000000000000000000001", "2001:DB8::1"],
    ["20010db8000000000000000000000000", "2001:db8::"],
    ["20010db8000000000001000000000001", "2001:db8:0:0:1::1"],
    ["00010002000300040005000600070000", "1:2:3:4:5:6:7::"],
    ["00000002000300040005000600070008", "::2:3:4:5:6:7:8"],
    [mapped, "::ffff:127.0.0.1"],
    [mapped, "::ffff:7f00:1"],
    ["0064ff9b0000000000000000c0000201", "64:ff9b::192.0.2.1"],
  ] as const) {
    it(`reads ${reference} as ${octets}`, () => {
      expect(holds("ip", reference, ip(octets))).to.equal(true);
      expect(holds("ip", reference, ip("0a000001"), ip("00".repeat(15) + "07"))).to.equal(false);
    });
  }

  for (const [octets, reference] of [
    ["7f000001", "127.0.0.2"],
    [one, "::2"],
    // An IPv4 address and the IPv6 address that maps it are two.
    ["7f000001", "::ffff:127.0.0.1"],
    [mapped, "127.0.0.1"],
    // References that are none.
    ["7f000001", "127.0.0.01"],
    ["7f000001", "127.1"],
    ["7f000001", "2130706433"],
    ["7f000001", "0x7f.0.0.1"],
    ["7f000001", "0177.0.0.1"],
    ["7f000001", " 127.0.0.1"],
    ["7f000001", "127.0.0.1."],
    ["7f000001", "127.0.0.1/32"],
    ["7f000001", "127.0.0.256"],
    ["7f000001", ""],
    ["7f000001", "localhost"],
    [one, "[::1]"],
    [one, "::1%eth0"],
    [one, "::1%"],
    [one, "::1::"],
    [one, ":::1"],
    [one, "0:0:0:0:0:0:0:0:1"],
    [one, "0:0:0:0:0:0:1"],
    [one, "::00001"],
    [one, "::0.0.0.01"],
    [one, "::g"],
  ] as const) {
    it(`does not find ${JSON.stringify(reference)} in ${octets}`, () => {
      expect(holds("ip", reference, ip(octets))).to.equal(false);
    });
  }

  it("asks iPAddress names alone", () => {
    expect(holds("ip", "127.0.0.1")).to.equal(false);
    expect(holds("ip", "127.0.0.1", dns("127.0.0.1"), uri("http://127.0.0.1/"))).to.equal(false);
    expect(holds("ip", "49.46.49.46", dns("1.1."))).to.equal(false);
  });

  it("reads every way to write an IPv6 address", () => {
    const group = fc.constantFrom("0", "1", "ab", "0c0", "FFFF");
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 8, maxLength: 8 }),
        fc.nat(7),
        fc.integer({ min: 1, max: 8 }),
        (groups, start, count) => {
          const hex = (parts: readonly string[]) =>
            parts.map((part) => part.padStart(4, "0")).join("");
          expect(holds("ip", groups.join(":"), ip(hex(groups)))).to.equal(true);
          const end = Math.min(start + count, 8);
          const [before, after] = [groups.slice(0, start), groups.slice(end)];
          const zeros = new Array<string>(end - start).fill("0");
          const short = `${before.join(":")}::${after.join(":")}`;
          expect(holds("ip", short, ip(hex([...before, ...zeros, ...after])))).to.equal(true);
        },
      ),
      { seed: 4291, numRuns: 200 },
    );
  });
});

describe("holdsPeerName, e-mail addresses (RFC 5280 7.5)", () => {
  for (const [presented, reference] of [
    ["user@example.com", "user@example.com"],
    ["user@EXAMPLE.com", "user@example.COM"],
    ["*@example.com", "*@example.com"],
    ["a.b+c@example.com", "a.b+c@example.com"],
  ] as const) {
    it(`finds ${reference} in ${presented}`, () => {
      expect(holds("email", reference, email(presented))).to.equal(true);
    });
  }

  for (const [presented, reference] of [
    ["user@example.com", "User@example.com"],
    ["user@example.com", "user@a.example.com"],
    ["user@example.com", "other@example.com"],
    ["*@example.com", "user@example.com"],
    ["user@*.example.com", "user@a.example.com"],
    ["example.com", "user@example.com"],
    // Malformed on both sides: equal, and nobody's.
    ["user@host@example.com", "user@host@example.com"],
    ["@example.com", "@example.com"],
    ["user@", "user@"],
    ["user", "user"],
    ["@", "@"],
    ["user@example.com.", "user@example.com."],
    ["user@[127.0.0.1]", "user@[127.0.0.1]"],
    ['"user"@example.com', '"user"@example.com'],
    ["user@k.example", "user@\u212a.example"],
    ["user@example.com", ""],
  ] as const) {
    it(`does not find ${JSON.stringify(reference)} in ${presented}`, () => {
      expect(holds("email", reference, email(presented))).to.equal(false);
    });
  }

  it("asks rfc822Name names alone", () => {
    expect(holds("email", "user@example.com")).to.equal(false);
    expect(holds("email", "user@example.com", dns("user@example.com"))).to.equal(false);
    expect(holds("email", "user@example.com", uri("mailto:user@example.com"))).to.equal(false);
  });
});
