import fc from "fast-check";

import { der, extensions as write } from "@mtls-shield/testkit";

import { nameOf } from "../certificates.ts";
import * as form from "../general-names.ts";

/** Every extension that the engine reads, with random contents, each a whole Extension. */

const dottedOid = fc
  .array(fc.oneof(fc.nat({ max: 200 }), fc.nat()), { minLength: 1, maxLength: 5 })
  .map((arcs) => `1.3.${arcs.join(".")}`);
const octets = fc.uint8Array({ minLength: 1, maxLength: 24 });
const isCritical = fc.boolean();
const skip = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 0x7fff_ffff }));
const visible = fc.stringMatching(/^[!-~]{1,20}$/);
const ascii = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 20 });
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const some = <Item>(item: fc.Arbitrary<Item>, maxLength = 3) =>
  fc.array(item, { minLength: 1, maxLength });

/** UCS-2, or UCS-4, of characters that both hold. */
const wide = (width: 2 | 4) => (value: string) => {
  const content = Buffer.alloc(value.length * width);
  for (let at = 0; at < value.length; at++) {
    content.writeUInt16BE(value.charCodeAt(at), at * width + width - 2);
  }
  return content;
};
const basic = fc.stringMatching(/^[ -~\u00a1-\u02ff\u0391-\u03a1]{0,8}$/);

const attributeValue = fc.oneof(
  text.map(der.utf8String),
  fc.stringMatching(/^[A-Za-z0-9 '()+,./:=?-]{0,12}$/).map(der.printableString),
  visible.map(der.ia5String),
  basic.map((value) => der.tlv(0x1e, wide(2)(value))),
  basic.map((value) => der.tlv(0x1c, wide(4)(value))),
  fc.stringMatching(/^[ -~]{0,8}$/).map((value) => der.tlv(0x14, Buffer.from(value, "latin1"))),
  fc.stringMatching(/^[0-9 ]{1,8}$/).map((value) => der.tlv(0x12, Buffer.from(value))),
  fc.stringMatching(/^[ -~]{1,8}$/).map((value) => der.tlv(0x1a, Buffer.from(value))),
  fc.integer().map(der.integer),
  octets.map((content) => der.octetString(content)),
);
const attributes = some(
  fc.tuple(
    fc.oneof(
      fc.constantFrom("2.5.4.3", "2.5.4.6", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1"),
      dottedOid,
    ),
    attributeValue,
  ),
  2,
);

/** A Name; it may be empty. */
export const names = fc.array(attributes, { maxLength: 4 }).map((sets) => nameOf(...sets));

const otherForms = fc.oneof(
  fc.tuple(dottedOid, attributeValue).map(([oid, value]) => form.otherName(oid, value)),
  dottedOid.map(form.registeredId),
);
const directoryNames = names.map(form.directory);
const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);

function generalNames(characters: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    characters.map(form.dns),
    characters.map(form.email),
    characters.map(form.uri),
    address.map((content) => der.primitive(7, content)),
    directoryNames,
    otherForms,
  );
}

const addresses = generalNames(ascii);

const base = fc.oneof(
  fc.oneof(fc.constant(""), visible).map(form.dns),
  fc.oneof(fc.constant(""), visible).map(form.email),
  fc.oneof(fc.constant(""), visible).map(form.uri),
  address.chain((content) =>
    fc
      .nat({ max: content.length * 8 })
      .map((bits) => der.primitive(7, content, maskOf(content.length, bits))),
  ),
  directoryNames,
  otherForms,
);

function maskOf(length: number, ones: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => {
    const left = Math.min(8, Math.max(0, ones - at * 8));
    return (0xff00 >> left) & 0xff;
  });
}

const minimum = fc.oneof(
  { weight: 4, arbitrary: fc.constant(der.bytes()) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 300 })
      .map((value) => der.primitive(0, der.integerContent(value))),
  },
);
const maximum = fc.oneof(
  { weight: 4, arbitrary: fc.constant(der.bytes()) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 300 }).map((value) => der.primitive(1, der.integerContent(value))),
  },
);
const subtrees = some(fc.tuple(base, minimum, maximum).map((fields) => der.sequence(...fields)));

const qualifier = fc.oneof(
  visible.map((uri) => der.sequence(der.oid("1.3.6.1.5.5.7.2.1"), der.ia5String(uri))),
  fc
    .tuple(text, fc.boolean())
    .map(([notice, hasReference]) =>
      der.sequence(
        der.oid("1.3.6.1.5.5.7.2.2"),
        der.sequence(
          hasReference
            ? der.sequence(der.utf8String("a"), der.sequence(der.integer(1)))
            : der.bytes(),
          der.utf8String(notice),
        ),
      ),
    ),
);
const policyInformation = fc
  .tuple(fc.array(qualifier, { maxLength: 2 }))
  .map(([qualifiers]) => (qualifiers.length === 0 ? der.bytes() : der.sequence(...qualifiers)));

const reasonFlags = fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 1 });
const place = fc.oneof(
  some(addresses).map((list) => der.constructed(0, ...list)),
  attributes.map((list) =>
    der.constructed(1, ...list.map(([oid, value]) => der.sequence(der.oid(oid), value))),
  ),
);
const distributionPoint = fc
  .record({
    place,
    reasons: fc.option(reasonFlags),
    crlIssuer: fc.option(some(directoryNames, 2)),
    hasPlace: fc.boolean(),
  })
  .map(({ place: name, reasons, crlIssuer, hasPlace }) =>
    der.sequence(
      hasPlace || crlIssuer === null ? der.constructed(0, name) : der.bytes(),
      reasons === null ? der.bytes() : der.primitive(1, der.contentOf(der.namedBits(...reasons))),
      crlIssuer === null ? der.bytes() : der.constructed(2, ...crlIssuer),
    ),
  );
const sequenceOf = (items: readonly Uint8Array[]) => der.sequence(...items);
const accesses = some(
  fc.tuple(dottedOid, addresses).map(([oid, name]) => der.sequence(der.oid(oid), name)),
).map(sequenceOf);

const values = {
  basicConstraints: fc
    .tuple(fc.boolean(), fc.option(skip))
    .map(([ca, length]) =>
      ca
        ? der.sequence(der.boolean(true), length === null ? der.bytes() : der.integer(length))
        : der.sequence(),
    ),
  keyUsage: reasonFlags.map((bits) => der.namedBits(...bits)),
  extendedKeyUsage: some(dottedOid).map((oids) => der.sequence(...oids.map(der.oid))),
  subjectAltName: some(generalNames(visible), 5).map(sequenceOf),
  issuerAltName: some(addresses).map(sequenceOf),
  subjectKeyIdentifier: octets.map((content) => der.octetString(content)),
  authorityKeyIdentifier: fc
    .record({
      keyId: fc.option(octets),
      issuer: fc.option(
        fc.tuple(some(addresses, 2), fc.bigInt({ min: -(1n << 70n), max: 1n << 150n })),
      ),
    })
    .map(({ keyId, issuer }) =>
      der.sequence(
        keyId === null ? der.bytes() : der.primitive(0, keyId),
        ...(issuer === null
          ? []
          : [der.constructed(1, ...issuer[0]), der.primitive(2, der.integerContent(issuer[1]))]),
      ),
    ),
  nameConstraints: fc
    .tuple(fc.option(subtrees), fc.option(subtrees))
    .filter(([permitted, excluded]) => permitted !== null || excluded !== null)
    .map(([permitted, excluded]) =>
      der.sequence(
        permitted === null ? der.bytes() : der.constructed(0, ...permitted),
        excluded === null ? der.bytes() : der.constructed(1, ...excluded),
      ),
    ),
  certificatePolicies: fc
    .uniqueArray(fc.tuple(dottedOid, policyInformation), {
      minLength: 1,
      maxLength: 4,
      selector: ([oid]) => oid,
    })
    .map((list) => der.sequence(...list.map(([oid, more]) => der.sequence(der.oid(oid), more)))),
  policyMappings: some(fc.tuple(dottedOid, dottedOid)).map((list) =>
    der.sequence(...list.map(([from, to]) => der.sequence(der.oid(from), der.oid(to)))),
  ),
  policyConstraints: fc
    .tuple(fc.option(skip), fc.option(skip))
    .filter(([explicit, mapping]) => explicit !== null || mapping !== null)
    .map(([explicit, mapping]) =>
      der.sequence(
        explicit === null ? der.bytes() : der.primitive(0, der.integerContent(explicit)),
        mapping === null ? der.bytes() : der.primitive(1, der.integerContent(mapping)),
      ),
    ),
  inhibitAnyPolicy: skip.map(der.integer),
  crlDistributionPoints: some(distributionPoint).map(sequenceOf),
  freshestCrl: some(distributionPoint).map(sequenceOf),
  authorityInfoAccess: accesses,
  subjectInfoAccess: accesses,
} as const;

export type KnownExtension = keyof typeof values;

export const knownExtensions = Object.keys(values) as readonly KnownExtension[];

const types: Readonly<Record<KnownExtension, string>> = {
  ...write.extensionOids,
  issuerAltName: "2.5.29.18",
  crlDistributionPoints: "2.5.29.31",
  freshestCrl: "2.5.29.46",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  subjectInfoAccess: "1.3.6.1.5.5.7.1.11",
};

function extensionOf(name: KnownExtension): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(values[name], isCritical)
    .map(([value, critical]) => write.extension(types[name], value, { critical }));
}

const unknownExtension = fc
  .tuple(dottedOid, octets, isCritical)
  .map(([oid, value, critical]) =>
    write.extension(`1.3.6.1.4.1.32473.${oid}`, value, { critical }),
  );

/** Some extensions in any order, no two of one type. */
export const extensionLists: fc.Arbitrary<readonly Uint8Array[]> = fc
  .shuffledSubarray([...knownExtensions], { minLength: 1, maxLength: 6 })
  .chain((chosen) =>
    fc.tuple(
      fc.tuple(...chosen.map(extensionOf)),
      fc.uniqueArray(unknownExtension, {
        maxLength: 2,
        selector: (extension) => Buffer.from(der.split(extension)[0]!).toString("hex"),
      }),
    ),
  )
  .map(([known, unknown]) => [...known, ...unknown]);

/** One extension of every type that the engine reads. */
export const allExtensions: fc.Arbitrary<readonly Uint8Array[]> = fc.tuple(
  ...knownExtensions.map(extensionOf),
);
