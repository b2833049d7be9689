import forge from "node-forge";

/** Short names for what PKCS#8 and PKCS#12 need of node-forge's ASN.1. */

type Asn1 = forge.asn1.Asn1;

const { Class, Type } = forge.asn1;

export function sequence(...elements: Asn1[]): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, elements);
}

/** In the order of their encodings, as DER demands (X.690 11.6). */
export function setOf(...elements: Asn1[]): Asn1 {
  const sorted = elements.toSorted((a, b) => Buffer.compare(encode(a), encode(b)));
  return forge.asn1.create(Class.UNIVERSAL, Type.SET, true, sorted);
}

/** `[0] EXPLICIT`; `NONE` is zero. */
export function explicit(element: Asn1): Asn1 {
  return forge.asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, true, [element]);
}

/** `[0] IMPLICIT OCTET STRING`; `NONE` is zero. */
export function implicitOctets(content: Uint8Array): Asn1 {
  return forge.asn1.create(Class.CONTEXT_SPECIFIC, Type.NONE, false, binary(content));
}

export function octets(content: Uint8Array): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(content));
}

export function oid(dotted: string): Asn1 {
  const content = forge.asn1.oidToDer(dotted).getBytes();
  return forge.asn1.create(Class.UNIVERSAL, Type.OID, false, content);
}

/** An INTEGER from zero. */
export function whole(value: number): Asn1 {
  const content = forge.asn1.integerToDer(value).getBytes();
  return forge.asn1.create(Class.UNIVERSAL, Type.INTEGER, false, content);
}

export function nothing(): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.NULL, false, "");
}

/** UTF-16 with the high octet first, which node-forge makes of the string's code units. */
export function bmpString(text: string): Asn1 {
  return forge.asn1.create(Class.UNIVERSAL, Type.BMPSTRING, false, text);
}

export function encode(element: Asn1): Uint8Array {
  return new Uint8Array(Buffer.from(forge.asn1.toDer(element).getBytes(), "latin1"));
}

function binary(content: Uint8Array): string {
  return Buffer.from(content).toString("latin1");
}
