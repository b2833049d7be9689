import { der } from "@mtls-shield/testkit";
import type { Random } from "../random.ts";

function hexes(...texts: readonly string[]): readonly Buffer[] {
  return texts.map((text) => Buffer.from(text, "hex"));
}

/** Content octets of INTEGERs (and of everything like them) at the ends of ranges. */
const integers = [
  ...hexes("", "00", "01", "02", "7f", "80", "ff", "0000", "0001", "0080", "00ff", "ff80", "ffff"),
  ...hexes("7fffffff", "0080000000", "00ffffffff", "7fffffffffffffff", "00ffffffffffffffff"),
  ...[19, 20, 21, 63, 64, 65, 1_024, 8_192].map((length) => Buffer.alloc(length, 0x5a)),
];

const knownOids = [
  ...["2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.20", "2.5.29.27"],
  ...["2.5.29.28", "2.5.29.29", "2.5.29.30", "2.5.29.31", "2.5.29.32", "2.5.29.32.0", "2.5.29.33"],
  ...["2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.37.0", "2.5.29.46", "2.5.29.54", "2.5.4.3"],
  ...["1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.11", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
  ...["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11", "1.3.101.112"],
  ...["1.2.840.10045.2.1", "1.2.840.10045.3.1.7", "1.3.132.0.35", "1.2.840.10045.4.3.2"],
  ...["1.2.840.113549.1.9.1", "1.2.840.113549.1.7.2", "2.5.4.6", "0.9.2342.19200300.100.1.25"],
].map((oid) => Buffer.from(der.oidContent(oid)));

/** Content octets of OBJECT IDENTIFIERs. */
const oids = [
  ...knownOids,
  ...knownOids,
  ...hexes("", "80", "8001", "2a80", "2a8001", "ff", "00", "7f", "55", "ffffffff7f"),
  ...[63, 64, 65, 4_096].map((length) =>
    Buffer.concat([Buffer.alloc(length - 1, 0xff), Buffer.of(0x7f)]),
  ),
];

const times = [
  ..."000000000000Z 991231235959Z 500101000000Z 491231235959Z 260230000000Z 2601010000Z".split(" "),
  ..."260101000060Z 260101000000+0000 00000101000000Z 99991231235959Z 20260101000000.5Z".split(" "),
  ..."20491231235959Z 20500101000000Z 19491231235959Z 20240229000000Z 19000229000000Z".split(" "),
].map((text) => Buffer.from(text));

/** Whole names of hosts, mailboxes, URIs and people. */
const names = [
  ...[" ", ".", "..", "*", "*.", "*.*.example", "*.example", "a..b", "a.", ".a", "-", "a-.b", "@"],
  ...[
    "1.2.3.4",
    "0x7f.1",
    "[::1]",
    "xn--a.example",
    "xn--",
    "a_b.example",
    "A.EXAMPLE",
    "é.example",
  ],
  ...[
    "a@",
    "@a",
    "a@b@c",
    '"a b"@c.example',
    '"a\\"@b"@c',
    "a@[1.2.3.4]",
    "a@.example",
    "*@a.example",
  ],
  ...["spiffe://", "spiffe://a", "spiffe://a/", "spiffe://a/../b", "spiffe://a//b", "spiffe://A/b"],
  ...[
    "spiffe://a:1/b",
    "spiffe://u@a/b",
    "spiffe://a/b?c#d",
    "spiffe://a/%2e%2e/b",
    "SPIFFE://a/b",
  ],
  ...[
    "http://",
    "http:///a",
    "http://a:99999/",
    "http://u:p@a/",
    "http://[::1]:80/",
    "urn:a:b",
    ":a",
  ],
  ...["http://a\\@b/", "http://a%00b/", "//a/b", "http://a?@b/", "http://a#@b/", "ldap:///c=US?x"],
  ...["a\0b", "a\nb", "a\r\nb", "a,b", "a+b", "#a", "\\", " a ", "a  b", "\u202egnp.exe", "\ufeff"],
  ...["e\u0301", "\u212b", "\ufb01", "\u0130", "\u1e9e", "\u{1f600}", "\u0345\u0301", "\uff21"],
].map((text) => Buffer.from(text));

const floods = [
  ...[
    " ",
    ".",
    "a",
    "-",
    "*",
    "@",
    "/",
    "\\",
    "%",
    "\0",
    "\x01",
    ",",
    "a.",
    "*.",
    ". ",
    "a@",
    "a-",
  ],
  ...["\u202e", "\ufdfa", "\u0301", "\u0301\u0316", "\u0345\u0301\u0316\u0327", "\u3000", "\u0130"],
  ...["\uff9e\u0301", "\u0344", "\u{1d160}", "\u{e0001}", "\ufb03", "a\u0301"],
].map((text) => Buffer.from(text));

/** Octets that are neither UTF-8 nor whole characters of wider forms. */
const notText = hexes(
  "ff",
  "c080",
  "eda080",
  "f4908080",
  "d800",
  "dc00d800",
  "00",
  "000000",
  "0010ffff00110000",
);

/** Content octets that a value with this tag may be given; `most` bounds those that fill. */
export function hostileContent(tag: number, random: Random, most: number): Buffer {
  if (random.chance(0.1)) return hostileBytes(random, most);
  switch (tag) {
    case 0x01:
      return random.pick(hexes("00", "ff", "01", "", "ffff"));
    case 0x02:
    case 0x0a:
      return random.pick(integers);
    case 0x03:
      return random.pick(
        hexes("", "00", "01", "0780", "0700", "0080", "0186", "08ff", "00ffffffff", "0106", "0506"),
      );
    case 0x06:
    case 0x88:
      return random.pick(oids);
    case 0x17:
    case 0x18:
      return random.pick(times);
    default:
      return hostileText(random, most);
  }
}

/** Text that matchers, printers or comparisons could stumble over. */
export function hostileText(random: Random, most: number): Buffer {
  if (random.chance(most > 4_096 ? 0.5 : 0.02)) return floodOfText(random, most);
  if (random.chance(0.2)) return random.pick(notText);
  const name = random.pick(names);
  return random.chance(0.7) ? name : Buffer.concat([name, random.pick(names)]);
}

function hostileBytes(random: Random, most: number): Buffer {
  return Buffer.from(
    Array.from({ length: random.length(Math.min(most, 64)) }, () => random.below(256)),
  );
}

/** One to three texts, each over and over. */
export function floodOfText(random: Random, most: number): Buffer {
  const length = random.length(most);
  const parts = Array.from({ length: random.length(4) }, () => random.pick(floods));
  return Buffer.concat(
    parts.map((part) =>
      Buffer.alloc(Math.ceil(length / parts.length / part.length) * part.length, part),
    ),
  );
}
