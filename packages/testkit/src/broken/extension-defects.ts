import { extension, extensionOids } from "../certificate-extensions.ts";
import * as der from "../der-writer.ts";
import type { StandardExtension } from "../test-authority.ts";
import { chainWith, type Defect } from "./broken-certificate.ts";

/** A leaf one of whose extensions holds another value. */
function leafWithValue(
  name: StandardExtension,
  value: Uint8Array,
  critical = false,
): Defect["make"] {
  const replacement = extension(extensionOids[name], value, { critical });
  return (options) => chainWith({ leaf: { extensions: { [name]: replacement } } }, options);
}

function leafWithAlternativeName(...entries: readonly Uint8Array[]): Defect["make"] {
  return leafWithValue("subjectAltName", der.sequence(...entries));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Extensions whose values are not what RFC 5280 4.2 says. */
export const extensionDefects = {
  "alternative-name-garbage": {
    defect: "the leaf's subjectAltName is not a list of names",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithValue("subjectAltName", der.bytes(1, 2, 3)),
  },
  "alternative-name-empty": {
    defect: "the leaf's subjectAltName holds no name",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithAlternativeName(),
  },
  "alternative-name-trailing-byte": {
    defect: "a byte follows the names in the leaf's subjectAltName",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithValue(
      "subjectAltName",
      der.concat(der.sequence(der.primitive(2, text("client.corp.example"))), der.bytes(0)),
    ),
  },
  "ip-address-of-five-octets": {
    defect: "the IP address in the leaf's subjectAltName has five octets",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithAlternativeName(der.primitive(7, der.bytes(10, 0, 0, 1, 0))),
  },
  "dns-name-not-ascii": {
    defect: "the DNS name in the leaf's subjectAltName is not ASCII",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithAlternativeName(der.primitive(2, text("clïent.corp.example"))),
  },
  "dns-name-with-zero-byte": {
    defect: "the DNS name in the leaf's subjectAltName holds a zero byte",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithAlternativeName(der.primitive(2, text("client.corp.example\0.evil.example"))),
  },
  "uri-not-ascii": {
    defect: "the URI in the leaf's subjectAltName is not ASCII",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithAlternativeName(der.primitive(6, text("spiffe://corp.example/clïent"))),
  },
  "key-usage-garbage": {
    defect: "the leaf's keyUsage is not a BIT STRING",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithValue("keyUsage", der.octetString(der.bytes(0x80)), true),
  },
  "key-usage-empty": {
    defect: "the leaf's keyUsage has no bit set",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithValue("keyUsage", der.namedBits(), true),
  },
  "extended-key-usage-empty": {
    defect: "the leaf's extendedKeyUsage holds no purpose",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithValue("extendedKeyUsage", der.sequence()),
  },
  "extended-key-usage-garbage": {
    defect: "the leaf's extendedKeyUsage holds a number instead of a purpose",
    expected: "certificate-malformed",
    handshake: true,
    make: leafWithValue("extendedKeyUsage", der.sequence(der.integer(1))),
  },
  "basic-constraints-garbage": {
    defect: "the intermediate's basicConstraints are not a SEQUENCE",
    expected: "certificate-malformed",
    handshake: true,
    make: (options) =>
      chainWith(
        {
          intermediate: {
            extensions: {
              basicConstraints: extension(extensionOids.basicConstraints, der.boolean(true), {
                critical: true,
              }),
            },
          },
        },
        options,
      ),
  },
  "path-length-negative": {
    defect: "the intermediate's path length is negative",
    expected: "certificate-malformed",
    handshake: true,
    make: (options) => chainWith({ intermediate: { pathLength: -1 } }, options),
  },
} satisfies Readonly<Record<string, Defect>>;
